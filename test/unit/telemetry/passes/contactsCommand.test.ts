import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPlan } from "../../../../telemetry/contacts";
import type { Station } from "../../../../telemetry/contacts/earth";
import { Elements } from "../../../../telemetry/contacts/elements";
import { readOrbit } from "../../../../telemetry/contacts/orbit";
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
  const read = readOrbit(text);
  assert.ok(read instanceof Elements, JSON.stringify(read));
  return read;
};
/** Line of two-line elements with the check digit that it must have. */
function withCheckDigit(line: string): string {
  const sum = [...line.slice(0, 68)].reduce(
    (total, each) => total + (each === "-" ? 1 : Number(each) || 0),
    0,
  );
  return `${line.slice(0, 68)}${sum % 10}`;
}
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

  /** The same object's elements at another epoch: a day of the year 2000. */
  const at = (day: string, text = vanguard): string => {
    const [name = "", first = "", second = ""] = text.split("\n");
    return [name, withCheckDigit(first.replace("00179.", `00${day}.`)), second, ""].join("\n");
  };
  const other = vanguard
    .replace("VANGUARD 1", "0 SPUTNIK 2")
    .replace(/^([12]) 00005(.*)\d$/gm, (_, line: string, rest: string) =>
      withCheckDigit(`${line} 00003${rest}0`),
    );

  it("of several epochs are those of the newest, in any order", () => {
    const newest = elements(at("201")).epoch;
    assert.ok(newest > epoch + 20 * 86_400);
    for (const days of [
      ["170", "179", "201"],
      ["201", "170"],
      ["170", "201", "179"],
    ]) {
      assert.equal(elements(days.map((day) => at(day)).join("")).epoch, newest, days.join());
    }
    assert.deepEqual(readOrbit(vanguard + at("201").replace("13667", "1366")), {
      problems: ["set 2: line 2 has 68 characters, a TLE's has 69"],
    });
  });

  it("of several objects are refused by their names", () => {
    const nameless = other.split("\n").slice(1).join("\n");
    for (const [text, names] of [
      [vanguard + other, "VANGUARD 1, SPUTNIK 2"],
      [other + vanguard + at("201"), "SPUTNIK 2, VANGUARD 1"],
      [vanguard + nameless, "VANGUARD 1, 00003"],
    ] as const) {
      assert.deepEqual(readOrbit(text), {
        problems: [`has the elements of 2 objects (${names}); give those of one`],
      });
    }
  });

  it("may be indented, and have any line ends", () => {
    for (const text of [vanguard.replaceAll(/^/gm, "  "), vanguard.replaceAll("\n", "\r")]) {
      assert.equal(elements(text).epoch, elements().epoch);
    }
  });

  it("may have a byte order mark in front, with or without a name", () => {
    const lines = vanguard.split("\n").slice(1).join("\r\n");
    for (const text of [vanguard, lines]) assert.equal(elements(`\uFEFF${text}`).epoch, elements().epoch);
  });

  it("that the library would read wrongly are refused, although the check digit fits", () => {
    const [, first = "", second = ""] = vanguard.split("\n");
    const changed = (from: string, to: string): unknown =>
      readOrbit([first, second].map((line) => withCheckDigit(line.replace(from, to))).join("\n"));
    const columns = (number: 1 | 2): unknown => ({
      problems: [
        `line ${number} does not have the columns of a TLE, ${
          number === 1
            ? "1 NNNNNU NNNNNAAA NNNNN.NNNNNNNN +.NNNNNNNN +NNNNN-N +NNNNN-N N NNNNN"
            : "2 NNNNN NNN.NNNN NNN.NNNN NNNNNNN NNN.NNNN NNN.NNNN NN.NNNNNNNNNNNNNN"
        }`,
      ],
    });
    // A letter counts as nothing in the check digit, and so does a blank that moves a number.
    assert.deepEqual(changed("00179.7849", "0017O.7849"), columns(1));
    assert.deepEqual(changed("28098-4", "       "), columns(1));
    assert.deepEqual(changed("  34.2682 ", " 34.26820 "), columns(2));
    assert.deepEqual(changed("10.82419157", "-0.82419157"), columns(2));
    assert.deepEqual(changed("1859667", ".185966"), columns(2));
    assert.deepEqual(changed("00179.", "00367."), {
      problems: ["line 1 has the day 367.78495062 of a year"],
    });
    assert.deepEqual(changed("-4 0  475", "-4 4  475"), {
      problems: ["line 1 has the ephemeris type 4, whose elements are not SGP4's; allowed: 0, 2"],
    });
    assert.match(JSON.stringify(changed(" 34.2682", "234.2682")), /SGP4 cannot use these elements/);
  });

  it("may have blanks in place of zeros, and a catalog number with a letter", () => {
    const [, first = "", second = ""] = vanguard.split("\n");
    const numbered = [first, second].map((line) => withCheckDigit(line.replace(" 00005", " T5544")));
    assert.equal(elements(numbered.join("\n")).epoch, elements().epoch);
    const blank = withCheckDigit(first.replace("-4 0  475", "-4     5 "));
    assert.equal(elements([blank, second].join("\n")).epoch, elements().epoch);
  });

  it("are refused with every problem", () => {
    const problems = (text: string): unknown => readOrbit(text);
    assert.deepEqual(problems("nothing"), {
      problems: ["has neither two-line elements nor a CCSDS OMM or OEM"],
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
