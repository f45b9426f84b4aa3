import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPlan } from "../../../../telemetry/contacts";
import type { Station } from "../../../../telemetry/contacts/earth";
import { Elements } from "../../../../telemetry/contacts/elements";
import { findContacts } from "../../../../telemetry/contacts/passSearch";
import { runHere } from "../../../support/telemetry/runHere";

/** A verification case of SGP4 (Vallado et al., AIAA 2006-6753), whose position at its epoch is published. */
const vanguard = `VANGUARD 1
1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753
2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667
`;
const published = { x: 7022.46529266, y: -1400.08296755, z: 0.03995155 };
const epoch = Date.UTC(2000, 0, 1) / 1000 + (179.78495062 - 1) * 86_400;

const elements = (text = vanguard): Elements => {
  const read = Elements.read(text);
  assert.ok(!("problems" in read), JSON.stringify(read));
  return read;
};
const station = (latitude: number, longitude: number, name = "here"): Station => ({
  ...{ name, latitude, longitude, height: 0 },
});
const hawaii = station(19.8, -155.5, "hawaii");
const darwin = station(-12.4, 130.9, "darwin");

describe("orbital elements", () => {
  it("put the spacecraft where SGP4's verification case has it: overhead of the place below it", () => {
    const { x, y, z } = published;
    assert.ok(Math.abs(elements().epoch - epoch) < 0.01);
    // Greenwich mean sidereal time at the epoch, by the formula of the Astronomical Almanac.
    const days = epoch / 86_400 + 2_440_587.5 - 2_451_545;
    const sidereal = (280.46061837 + 360.98564736629 * days) % 360;
    const longitude = (Math.atan2(y, x) * 180) / Math.PI - sidereal;
    // At the equator the geodetic and the geocentric latitude are the same.
    const latitude = (Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI;
    const [overhead = 0] = elements().elevations(
      [station(latitude, (((longitude % 360) + 540) % 360) - 180)],
      epoch,
    );
    assert.ok(overhead > 89.9, String(overhead));
  });

  it("are refused with every problem", () => {
    const problems = (text: string): unknown => Elements.read(text);
    assert.deepEqual(problems("nothing"), {
      problems: ["there is no line that begins with 1", "there is no line that begins with 2"],
    });
    assert.deepEqual(problems(vanguard.replace("4753", "4754").replace("13667", "1366")), {
      problems: ["line 1 has the check digit 4, not 3", "line 2 has 68 characters, a TLE's has 69"],
    });
  });
});

describe("contacts of an orbit", () => {
  it("are, to a second, those that a look each second finds", () => {
    const [from, to] = [epoch, epoch + 86_400];
    const own = elements();
    const found = findContacts({ orbit: own, stations: [hawaii, darwin], minElevation: 10, from, to });
    assert.ok(found.length >= 6, String(found.length));
    for (const [i, place] of [hawaii, darwin].entries()) {
      const those = found.filter((each) => each.station === place.name);
      for (let time = from + 0.5; time < to; time += 1) {
        const elevation = own.elevations([hawaii, darwin], time)[i] ?? 0;
        const isIn = those.some(({ start, end }) => start - 0.1 <= time && time <= end + 0.1);
        const isSurelyIn = those.some(({ start, end }) => start + 0.1 <= time && time <= end - 0.1);
        // A pass of less than ten seconds may be missed.
        if (elevation > 10.1) assert.ok(isIn, `${place.name} at ${time - from}: ${elevation}`);
        if (elevation < 9.9) assert.ok(!isSurelyIn, `${place.name} at ${time - from}: ${elevation}`);
      }
    }
  });

  it("that last longer than the search begin and end with it", () => {
    const always = { elevations: (stations: readonly Station[]) => stations.map(() => 45) };
    assert.deepEqual(findContacts({ orbit: always, stations: [hawaii], minElevation: 5, from: 0, to: 95 }), [
      { start: 0, end: 95, station: "hawaii" },
    ]);
  });
});

describe("the command contacts", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "perigee-elements-"))));
  after(() => rmSync(folder, { recursive: true }));
  const file = (text: string): string => {
    const path = join(folder, "elements.tle");
    writeFileSync(path, text);
    return path;
  };

  it("prints a plan that the exporter reads", async () => {
    const { status, stdout } = await runHere(
      ...["contacts", file(vanguard), "--station", "hawaii,19.8,-155.5,0 darwin,-12.4,130.9,30"],
      ...["--from", "2000-06-27T18:50:00Z", "--days", "1", "--spacecraft", "vanguard-1"],
    );
    assert.equal(status, 0);
    const plan = readPlan(stdout, "vanguard-1");
    assert.ok(plan.length >= 6);
    assert.deepEqual(new Set(plan.map((each) => each.station)), new Set(["hawaii", "darwin"]));
  });

  it("says in one line everything that is wrong", async () => {
    const { status, stderr } = await runHere(
      ...["contacts", file("1 2 3"), "--station", "here,95,0,0 there,1,2", "--from", "now"],
    );
    assert.equal(status, 2);
    for (const message of [
      /--station: here,95,0,0 must be NAME,LATITUDE,LONGITUDE,METERS/,
      /--station: there,1,2 must be/,
      /--from: must be a time with its zone/,
      /line 1 has 5 characters, a TLE's has 69; .*there is no line that begins with 2/,
    ]) {
      assert.match(stderr, message);
    }
    assert.equal(stderr.trim().split("\n").length, 1);
  });
});
