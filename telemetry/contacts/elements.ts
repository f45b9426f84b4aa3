/** Mean elements, as two lines (TLE) or a CCSDS OMM, and where they put the spacecraft: SGP4 by satellite.js. */
import { json2satrec, propagate, type SatRec, SatRecError, twoline2satrec } from "satellite.js";
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
    const problems = [...problemsOf("1", first), ...problemsOf("2", second)];
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
      const given = keys.get(key);
      if (given !== undefined && !allowed.includes(given.toUpperCase())) {
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
    return record.error === SatRecError.None
      ? new Elements(record)
      : { problems: ["SGP4 cannot use these elements"] };
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

/** What an OMM must say where it says it: the elements of another theory put the spacecraft elsewhere. */
const fixed: Readonly<Record<string, readonly string[]>> = {
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

/** Problems of a line: 69 characters, the last of them a check digit. */
function problemsOf(number: string, line: string | undefined): string[] {
  if (line === undefined) return [`there is no line that begins with ${number}`];
  if (line.length !== 69) return [`line ${number} has ${line.length} characters, a TLE's has 69`];
  const sum = [...line.slice(0, 68)].reduce(
    (total, each) => total + (each === "-" ? 1 : /\d/.test(each) ? Number(each) : 0),
    0,
  );
  return String(sum % 10) === line[68]
    ? []
    : [`line ${number} has the check digit ${line[68] ?? ""}, not ${sum % 10}`];
}
