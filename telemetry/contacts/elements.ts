/** Mean elements, as two lines (TLE) or a CCSDS OMM, and where they put the spacecraft: SGP4 by satellite.js. */
import { json2satrec, propagate, type SatRec, SatRecError, sgp4, twoline2satrec } from "satellite.js";
import { elevationsOf, frames, type Station } from "./earth";
import { readMessageTime } from "./time";
import type { TwoLines } from "./twoLines";

/** What is wrong with a text. */
export interface Problems {
  readonly problems: readonly string[];
}

export class Elements {
  private constructor(private readonly record: SatRec) {}

  /** @returns the elements of two lines, or every problem */
  static ofLines({ first, second }: TwoLines): Elements | Problems {
    const problems = [...problemsOf(1, first), ...problemsOf(2, second)];
    if (first === undefined || second === undefined || problems.length > 0) return { problems };
    if (catalogNumber(first) !== catalogNumber(second)) {
      return { problems: ["the two lines have two numbers"] };
    }
    return Elements.of(twoline2satrec(first, second));
  }

  /** @returns the elements of an OMM's keys, or every problem */
  static ofMessage(keys: ReadonlyMap<string, string>): Elements | Problems {
    const problems: string[] = [];
    for (const [key, allowed] of Object.entries(fixed)) {
      const given = keys.get(key) ?? "";
      if (given !== "" && !allowed.includes(given.toUpperCase())) {
        problems.push(`${key} is ${JSON.stringify(given)}; allowed: ${allowed.join(", ")}`);
      }
    }
    const numbers = [...needed, ...optional].map((key) => {
      const given = keys.get(key) ?? "";
      const isLeftOut = given === "" && optional.includes(key);
      if (!isLeftOut && (given === "" || !Number.isFinite(Number(given)))) {
        problems.push(`${key} is ${given === "" ? "missing" : JSON.stringify(given)}; it must be a number`);
      }
      return [key, Number(given)] as const;
    });
    const epoch = keys.get("EPOCH") ?? "";
    const time = readMessageTime(epoch);
    if (time === undefined) problems.push(`EPOCH is no time: ${JSON.stringify(epoch)}`);
    if (time === undefined || problems.length > 0) return { problems };
    // What else the type asks for, the library does not read.
    const message = {
      ...Object.fromEntries(numbers),
      // As the library reads it: with month and day.
      EPOCH: new Date(time * 1000).toISOString(),
      NORAD_CAT_ID: keys.get("NORAD_CAT_ID") ?? "",
    };
    return Elements.of(json2satrec(message as unknown as Parameters<typeof json2satrec>[0]));
  }

  private static of(record: SatRec): Elements | Problems {
    return isUsable(record)
      ? new Elements(record)
      : {
          problems: [
            "SGP4 cannot use these elements: the inclination must be 0 to 180 degrees, the eccentricity below 1, the mean motion above 0 and the perigee above the ground",
          ],
        };
  }

  /** Time that the elements are of, seconds since 1970. */
  get epoch(): number {
    return (this.record.jdsatepoch - 2_440_587.5) * 86_400;
  }

  /**
   * Elevation above a station's horizon in degrees at each of the stations.
   * @param time seconds since 1970
   * @throws Error where the orbit has decayed by then
   */
  elevations(stations: readonly Station[], time: number): number[] {
    const date = new Date(time * 1000);
    const state = propagate(this.record, date);
    if (!state) throw new Error(`the orbit has decayed before ${date.toISOString()}`);
    return elevationsOf(frames.TEME(state.position, time), stations);
  }
}

/** True where the library has a position at the epoch: of some numbers it has none for any time, and says no error. */
function isUsable(record: SatRec): boolean {
  if (record.error !== SatRecError.None || !(record.inclo >= 0 && record.inclo <= Math.PI)) return false;
  const state = sgp4(record, 0);
  return state !== null && Number.isFinite(state.position.x);
}

/** Types of elements that are SGP4's. Those of SGP4-XP, 4, look the same and are kilometers elsewhere. */
const types = ["0", "2"];

/** What an OMM must say where it says it: the elements of another theory put the spacecraft elsewhere. */
const fixed: Readonly<Record<string, readonly string[]>> = {
  EPHEMERIS_TYPE: types,
  CENTER_NAME: ["EARTH"],
  REF_FRAME: ["TEME"],
  TIME_SYSTEM: ["UTC"],
  MEAN_ELEMENT_THEORY: ["SGP4", "SGP/SGP4"],
};
const needed = [
  "MEAN_MOTION",
  "ECCENTRICITY",
  "INCLINATION",
  "RA_OF_ASC_NODE",
  "ARG_OF_PERICENTER",
  "MEAN_ANOMALY",
  "BSTAR",
];
const optional = ["MEAN_MOTION_DOT", "MEAN_MOTION_DDOT"];

/** Number of an object, which each of its two lines has. */
export const catalogNumber = (line: string): string => line.slice(2, 7);

/** Columns of each line. The library reads whatever stands in them, half a number too; the check digit leaves letters out. */
const columns = {
  1: {
    form: /^1 [\w ]{5}[A-Z ] .{8} [ \d]\d[ \d]{3}\.[ \d]{8} [-+ 0]\.[ \d]{8} .{8} [-+ ]\d{5}[-+]\d [ \d] [ \d]{4}\d$/i,
    shown: "1 NNNNNU NNNNNAAA NNNNN.NNNNNNNN +.NNNNNNNN +NNNNN-N +NNNNN-N N NNNNN",
  },
  2: {
    form: /^2 [\w ]{5} [ \d]{3}\.[ \d]{4} [ \d]{3}\.[ \d]{4} [ \d]{7} [ \d]{3}\.[ \d]{4} [ \d]{3}\.[ \d]{4} [ \d]{2}\.[ \d]{13}\d$/,
    shown: "2 NNNNN NNN.NNNN NNN.NNNN NNNNNNN NNN.NNNN NNN.NNNN NN.NNNNNNNNNNNNNN",
  },
};

/** Problems of a line: 69 characters, the last of them a check digit. */
function problemsOf(number: 1 | 2, line: string | undefined): string[] {
  if (line === undefined) return [`there is no line that begins with ${number}`];
  if (line.length !== 69) return [`line ${number} has ${line.length} characters, a TLE's has 69`];
  const { form, shown } = columns[number];
  if (!form.test(line)) return [`line ${number} does not have the columns of a TLE, ${shown}`];
  const day = Number(line.slice(20, 32));
  if (number === 1 && !(day >= 1 && day < 367)) return [`line 1 has the day ${line.slice(20, 32)} of a year`];
  const type = line.slice(62, 63);
  if (number === 1 && ![" ", ...types].includes(type)) {
    return [
      `line 1 has the ephemeris type ${type}, whose elements are not SGP4's; allowed: ${types.join(", ")}`,
    ];
  }
  const sum = [...line.slice(0, 68)].reduce(
    (total, each) => total + (each === "-" ? 1 : /\d/.test(each) ? Number(each) : 0),
    0,
  );
  return String(sum % 10) === line[68]
    ? []
    : [`line ${number} has the check digit ${line[68] ?? ""}, not ${sum % 10}`];
}
