import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { Station } from "../../../../telemetry/contacts/earth";
import { type Orbit, readOrbit } from "../../../../telemetry/contacts/orbit";
import { findContacts } from "../../../../telemetry/contacts/passSearch";
import { runHere } from "../../../support/telemetry/runHere";

const place = (name: string): string => join(__dirname, "ephemerides", `${name}.oem`);
const ephemeris = (name: string): string => readFileSync(place(name), "utf8");
const station: Station = { name: "pacific", latitude: 50, longitude: -130, height: 100 };
const start = Date.parse("2024-03-10T12:00:00Z") / 1000;

/** Seconds of the ephemerides and the elevation then at the station, by astropy: with nutation and polar motion. */
const elevations = [
  [0, -46.1465],
  [388, -33.2491],
  [970, -12.0564],
  [1261, 2.9935],
  [1358, 11.8809],
  [1455, 30.8369],
  [1552, 74.8326],
  [1649, 25.6513],
  [1843, 1.735],
  [2328, -20.2954],
] as const;
const aos = 1287.42;
const los = 1798.54;

/** The same orbit's elements. */
const tle = `1 25544U 98067A   24070.50000000  .00016717  00000-0  30270-3 0  9995
2 25544  51.6400 120.0000 0005000  60.0000 300.0000 15.49500000444001`;

const orbit = (text: string): Orbit => {
  const read = readOrbit(text);
  assert.ok(!("problems" in read), JSON.stringify(read));
  return read;
};
const problems = (text: string): readonly string[] => {
  const read = readOrbit(text);
  assert.ok("problems" in read);
  return read.problems;
};
const pass = (of: Orbit): number[] =>
  findContacts({ orbit: of, stations: [station], minElevation: 5, from: start, to: start + 2340 }).flatMap(
    (each) => [each.start - start, each.end - start],
  );

/** The same ephemeris as XML. */
function asXml(text: string): string {
  const element = (line: string): string => line.replace(/^(\w+)\s*= (.*)$/, "<$1>$2</$1>");
  const names = ["EPOCH", "X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT"];
  const lines = text.split("\n");
  const metadata = lines.slice(lines.indexOf("META_START") + 1, lines.indexOf("META_STOP")).map(element);
  const states = lines
    .filter((line) => /^2024/.test(line))
    .map((line) =>
      line.split(" ").map((value, i) => `<${names[i] ?? ""} units="km">${value}</${names[i] ?? ""}>`),
    )
    .map((values) => `<stateVector>${values.join("")}</stateVector>`);
  return `<?xml version="1.0"?><oem id="CCSDS_OEM_VERS" version="2.0"><header/><body><segment>
    <metadata>${metadata.join("\n")}</metadata><data>${states.join("\n")}</data></segment></body></oem>`;
}

describe("an ephemeris", () => {
  for (const frame of ["eme2000", "itrf", "teme"]) {
    it(`in ${frame}, every three minutes, puts the spacecraft where astropy does between them`, () => {
      const own = orbit(ephemeris(frame));
      for (const [seconds, expected] of elevations) {
        const [elevation = NaN] = own.elevations([station], start + seconds);
        assert.ok(Math.abs(elevation - expected) < 0.02, `${seconds} s: ${elevation}, not ${expected}`);
      }
      const [first = NaN, last = NaN] = pass(own);
      assert.ok(Math.abs(first - aos) < 0.3 && Math.abs(last - los) < 0.3, `${first} to ${last}`);
    });
  }

  it("as XML is the same", () => {
    assert.deepEqual(pass(orbit(asXml(ephemeris("itrf")))), pass(orbit(ephemeris("itrf"))));
  });

  it("may have points without digits in its times, a mark in front, and further messages of the object", () => {
    const bare = ephemeris("itrf").replaceAll(".000 ", ". ");
    assert.match(bare, /12:03:00\. /);
    for (const text of [bare, `\uFEFF${bare}`, `${ephemeris("itrf")}\n${ephemeris("itrf")}`]) {
      assert.deepEqual(pass(orbit(text)), pass(orbit(ephemeris("itrf"))));
    }
    const other = ephemeris("itrf").replace(/^(OBJECT_ID\s*=).*$/m, "$1 1999-001A");
    assert.match(
      problems(`${ephemeris("itrf")}\n${other}`).join(),
      /has the objects .*, 1999-001A; give the segments of one/,
    );
  });

  it("may be in small letters, and have a covariance", () => {
    const covariance = "COVARIANCE_START\nEPOCH = 2024-03-10T12:00:00\n1\n2 3\nCOVARIANCE_STOP\n";
    const text = `${ephemeris("itrf")}COMMENT end\n${covariance}`;
    for (const each of [text, text.toLowerCase()]) {
      assert.deepEqual(pass(orbit(each)), pass(orbit(ephemeris("itrf"))));
    }
  });

  it("with a line of many blanks, and XML without an end, take no time", () => {
    const long = " ".repeat(300_000);
    assert.deepEqual(
      pass(orbit(ephemeris("itrf").replace(/^(OBJECT_NAME\s*=).*$/m, `$1 a${long}b [x]`))),
      pass(orbit(ephemeris("itrf"))),
    );
    for (const start of ["<!-- ", "<![CDATA[ "]) {
      assert.match(problems(`<oem>${start.repeat(100_000)}`).join(), /not well-formed XML/);
    }
  }).timeout(4_000);

  it("of the elements' own orbit has their contacts", () => {
    const [first = NaN, last = NaN] = pass(orbit(tle));
    assert.ok(Math.abs(first - aos) < 0.3 && Math.abs(last - los) < 0.3, `${first} to ${last}`);
  });

  it("may be in the time of another clock", () => {
    const shifted = (system: string, seconds: number): string =>
      ephemeris("itrf")
        .replace("= UTC", `= ${system}`)
        .replace(/2024-03-10T12:\d\d:00.000/g, (time) =>
          new Date(Date.parse(`${time}Z`) + seconds * 1000).toISOString().slice(0, -1),
        );
    for (const [system, seconds] of [
      ["TAI", 37],
      ["GPS", 18],
      ["TT", 69.184],
    ] as const) {
      const [first = NaN] = pass(orbit(shifted(system, seconds)));
      assert.ok(Math.abs(first - aos) < 0.3, `${system}: ${first}`);
    }
  });

  it("of any circular orbit is met between its states, also at their ends, to ten meters", () => {
    const radius = fc.double({ min: 6_700, max: 42_000, noNaN: true });
    fc.assert(
      fc.property(
        radius,
        fc.integer({ min: 10, max: 180 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (r, step, at) => {
          const rate = Math.sqrt(398_600.4418 / r ** 3);
          const state = (time: number): string => {
            const [c, s] = [Math.cos(rate * time), Math.sin(rate * time)];
            const values = [r * c, r * s, 0, -r * rate * s, r * rate * c, 0].map((each) => each.toFixed(9));
            return `${new Date((start + time) * 1000).toISOString().slice(0, -1)} ${values.join(" ")}`;
          };
          const count = 8;
          const text = ephemeris("itrf")
            .replace(/^2024.*\n/gm, "")
            .concat(Array.from({ length: count }, (_, i) => state(i * step)).join("\n"));
          const time = at * (count - 1) * step;
          // From a station below it, the elevation tells ten meters along the orbit.
          const angle = rate * time;
          const below: Station = {
            name: "below",
            latitude: 0,
            longitude: (angle * 180) / Math.PI,
            height: 0,
          };
          const [elevation = NaN] = orbit(text).elevations([below], start + time);
          const off = ((90 - elevation) * Math.PI) / 180;
          assert.ok(off * (r - 6378.137) < 0.01 * (r / 6_700), `${elevation} at ${time} s`);
        },
      ),
    );
  });

  it("says nothing outside of its useable time and in gaps, and that it does not", async () => {
    const cut = ephemeris("itrf").replace(
      "STOP_TIME ",
      "USEABLE_STOP_TIME = 2024-03-10T12:25:00\nSTOP_TIME ",
    );
    const [first = NaN, last = NaN] = pass(orbit(cut));
    assert.ok(Math.abs(first - aos) < 0.3 && Math.abs(last - 25 * 60) < 0.2, `${first} to ${last}`);
    const { status, stdout, log } = await runHere(
      ...["contacts", place("itrf"), "--station", "pacific,50,-130,100", "--from", "2024-03-10T11:00:00Z"],
    );
    assert.equal(status, 0);
    assert.equal(stdout, "start,end,station\n2024-03-10T12:21:27Z,2024-03-10T12:29:59Z,pacific\n");
    assert.deepEqual(
      log.map((each) => [each["message"], each["from"] ?? each["to"]]),
      [
        ["the ephemeris begins later, and so does the plan", "2024-03-10T12:00:00Z"],
        ["the ephemeris ends earlier, and so does the plan", "2024-03-10T12:39:00Z"],
      ],
    );
  });

  it("that is of another time is refused", async () => {
    const { status, stderr } = await runHere("contacts", place("itrf"), "--station", "pacific,50,-130,100");
    assert.equal(status, 2);
    assert.match(stderr, /is from 2024-03-10T12:00:00Z to 2024-03-10T12:39:00Z: nothing of it is between/);
  });

  it("in a frame of an epoch is taken only where that is near", () => {
    const at = (frame: string, epoch: string): string =>
      ephemeris(frame).replace(/^REF_FRAME .*$/m, `$&\nREF_FRAME_EPOCH = ${epoch}`);
    assert.deepEqual(pass(orbit(at("teme", "2024-03-01T00:00:00"))), pass(orbit(ephemeris("teme"))));
    assert.deepEqual(pass(orbit(at("eme2000", "2000-01-01T12:00:00"))), pass(orbit(ephemeris("eme2000"))));
    assert.deepEqual(problems(at("teme", "2000-01-01T12:00:00")), [
      'the segment of line 6: REF_FRAME_EPOCH is "2000-01-01T12:00:00"; TEME is known of date only, within a year',
    ]);
  });

  it("is refused with every problem and its line", () => {
    const bad = ephemeris("itrf")
      .replace("EARTH", "MARS")
      .replace("ITRF2000", "MOON_PA")
      .replace("= UTC", "= MET");
    assert.deepEqual(problems(bad), [
      'the segment of line 6: CENTER_NAME is "MARS"; allowed: EARTH',
      'the segment of line 6: REF_FRAME is "MOON_PA"; allowed: EME2000, ICRF, GCRF, ITRF, TEME, TOD, MOD',
      'the segment of line 6: TIME_SYSTEM is "MET"; allowed: UTC, UT1, TAI, GPS, TT, TDB',
    ]);
    const states = ephemeris("itrf")
      .replace("12:06:00.000 -", "12:66:00.000 -")
      .replace(/(12:09:00.*) \S+$/m, "$1 fast")
      .replace(/(12:12:00.000) \S+ \S+ \S+/, "$1 1 2 3");
    assert.deepEqual(problems(states), [
      'line 20: "2024-03-10T12:66:00.000" is no time',
      "line 21 must have a time and six numbers: x, y, z in km, their velocities in km/s",
      "line 22 is within the Earth or faster than 50 km/s; numbers are in km and km/s",
    ]);
    assert.equal(
      problems(ephemeris("itrf").replace("T12:06:00", "T12:03:00"))[0],
      "line 20 is not later than the state before it",
    );
    const slow = (line: string): string =>
      line
        .split(" ")
        .map((each, i) => (i > 3 ? String(Number(each) / 1000) : each))
        .join(" ");
    assert.match(
      problems(ephemeris("itrf").replace(/^2024.*$/gm, slow))[0] ?? "",
      /^line 19: its velocity does not fit the way from the state before it/,
    );
    assert.deepEqual(
      problems(
        ephemeris("itrf")
          .replace(/^2024-03-10T12:[0-3][1-9].*\n/gm, "")
          .replace(/^2024-03-10T12:[1-3]0.*\n/gm, ""),
      ),
      ["the segment of line 6 has 1 states, at least 2 are needed"],
    );
    assert.deepEqual(problems(`${ephemeris("itrf")}\nnonsense`), [
      "line 33 is neither KEY = VALUE nor a state: nonsense",
    ]);
    assert.match(problems("<oem><body>").join(), /is not well-formed XML/);
    assert.deepEqual(problems("<tdm/>"), ["is XML, but neither an OEM nor an OMM"]);
  });
});

describe("mean elements as an OMM", () => {
  const keys = {
    ...{
      OBJECT_NAME: "TEST",
      OBJECT_ID: "1998-067A",
      CENTER_NAME: "EARTH",
      REF_FRAME: "TEME",
      TIME_SYSTEM: "UTC",
    },
    ...{ MEAN_ELEMENT_THEORY: "SGP4", EPOCH: "2024-03-10T12:00:00.000000", MEAN_MOTION: "15.49500000" },
    ...{ ECCENTRICITY: ".0005", INCLINATION: "51.64", RA_OF_ASC_NODE: "120", ARG_OF_PERICENTER: "60" },
    ...{ MEAN_ANOMALY: "300", NORAD_CAT_ID: "270000", BSTAR: "3.027E-4", MEAN_MOTION_DOT: ".00016717" },
  };
  const kvn = Object.entries(keys)
    .map(([key, value]) => `${key} = ${value}`)
    .join("\n");
  const xml = Object.entries(keys)
    .map(([key, value]) => `<${key}>${value}</${key}>`)
    .join("");

  it("in KVN, XML and JSON are those of the two lines, also with a number that two lines have no room for", () => {
    for (const text of [
      `CCSDS_OMM_VERS = 2.0\n${kvn}`,
      `<ndm><omm><body><segment><metadata/><data><meanElements>${xml}</meanElements></data></segment></body></omm></ndm>`,
      JSON.stringify(keys),
      JSON.stringify([{ ...keys, BSTAR: 3.027e-4, MEAN_MOTION: 15.495 }]),
    ]) {
      const [first = NaN, last = NaN] = pass(orbit(text));
      assert.ok(Math.abs(first - aos) < 0.3 && Math.abs(last - los) < 0.3, `${first} to ${last}: ${text}`);
      assert.ok(Math.abs((orbit(text).epoch ?? NaN) - start) < 0.001);
    }
  });

  it("are refused with every problem", () => {
    const wrong = {
      ...keys,
      EPOCH: "yesterday",
      BSTAR: undefined,
      INCLINATION: "steep",
      MEAN_ELEMENT_THEORY: "DSST",
    };
    assert.deepEqual(problems(JSON.stringify(wrong)), [
      'MEAN_ELEMENT_THEORY is "DSST"; allowed: SGP4, SGP/SGP4',
      'INCLINATION is "steep"; it must be a number',
      "BSTAR is missing; it must be a number",
      'EPOCH is no time: "yesterday"',
    ]);
    assert.deepEqual(problems(JSON.stringify({ ...keys, EPHEMERIS_TYPE: 4 })), [
      'EPHEMERIS_TYPE is "4"; allowed: 0, 2',
    ]);
    for (const unusable of [{ MEAN_MOTION: "-15.495" }, { INCLINATION: "231" }, { ECCENTRICITY: "1.2" }]) {
      assert.match(
        problems(JSON.stringify({ ...keys, ...unusable })).join(),
        /^SGP4 cannot use these elements/,
      );
    }
    assert.match(problems("[1,").join(), /is no JSON/);
    assert.deepEqual(problems("[]"), ["has no elements"]);
  });

  type Keys = Readonly<Record<string, string>>;
  const inKvn = (sets: readonly Keys[]): string =>
    sets
      .map((set) =>
        ["CCSDS_OMM_VERS = 2.0", ...Object.entries(set).map((each) => each.join(" = "))].join("\n"),
      )
      .join("\n");
  const omm = (set: Keys): string =>
    `<omm><body><segment><metadata/><data>${Object.entries(set)
      .map(([key, value]) => `<${key}>${value}</${key}>`)
      .join("")}</data></segment></body></omm>`;
  const forms: Readonly<Record<string, (sets: readonly Keys[]) => string>> = {
    KVN: inKvn,
    XML: (sets) => `<ndm>${sets.map(omm).join("")}</ndm>`,
    JSON: (sets) => JSON.stringify(sets),
    CSV: (sets) =>
      [Object.keys(keys), ...sets.map(Object.values<string>)].map((row) => row.join(",")).join("\r\n"),
  };
  for (const [form, write] of Object.entries(forms)) {
    it(`in ${form} are of one object, and of several epochs those of the newest`, () => {
      const older = { ...keys, EPOCH: "2024-03-09T12:00:00" };
      const other = { ...keys, OBJECT_NAME: "OTHER", NORAD_CAT_ID: "270001" };
      for (const sets of [[keys], [older, keys], [keys, older]]) {
        assert.ok(Math.abs((orbit(write(sets)).epoch ?? NaN) - start) < 0.001);
      }
      assert.deepEqual(problems(write([keys, other])), [
        "has the elements of 2 objects (TEST, OTHER); give those of one",
      ]);
      assert.deepEqual(problems(write([keys, { ...older, BSTAR: "much" }])), [
        'set 2: BSTAR is "much"; it must be a number',
      ]);
    });
  }

  it("are refused where a key is there twice in one message, or messages are of several kinds", () => {
    assert.deepEqual(problems(`${inKvn([keys])}\nEPOCH = 2024-03-11T12:00:00`), [
      "line 18: EPOCH is there already in the same message",
    ]);
    assert.match(
      problems(omm(keys).replace("</data>", "<EPOCH>2024-03-11T12:00:00</EPOCH></data>")).join(),
      /EPOCH is there already/,
    );
    const several = ["has messages of several kinds; give those of one"];
    assert.deepEqual(problems(`${ephemeris("itrf")}\n${inKvn([keys])}`), several);
    assert.deepEqual(problems(`<ndm>${omm(keys)}<oem/></ndm>`), several);
  });
});
