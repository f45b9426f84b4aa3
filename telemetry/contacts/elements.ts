/** Orbital elements as two lines (TLE), read and checked, and where they put the spacecraft: SGP4 by satellite.js. */
import {
  ecfToLookAngles,
  eciToEcf,
  gstime,
  propagate,
  type SatRec,
  SatRecError,
  twoline2satrec,
} from "satellite.js";

/** Place of a ground station. */
export interface Station {
  readonly name: string;
  /** Degrees. */
  readonly latitude: number;
  readonly longitude: number;
  /** Meters above the ellipsoid. */
  readonly height: number;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

export class Elements {
  private constructor(private readonly record: SatRec) {}

  /** @returns the elements of the first two lines that begin with 1 and 2, or every problem */
  static read(text: string): Elements | { readonly problems: readonly string[] } {
    const lines = text.split(/\r?\n/).map((line) => line.trimEnd());
    const [first, second] = ["1 ", "2 "].map((start) => lines.find((line) => line.startsWith(start)));
    const problems = [...problemsOf("1", first), ...problemsOf("2", second)];
    if (first === undefined || second === undefined || problems.length > 0) return { problems };
    if (first.slice(2, 7) !== second.slice(2, 7)) return { problems: ["the two lines have two numbers"] };
    const record = twoline2satrec(first, second);
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
    const position = eciToEcf(state.position, gstime(date));
    return stations.map(({ latitude, longitude, height }) => {
      const observer = {
        latitude: radians(latitude),
        longitude: radians(longitude),
        height: height / 1000,
      };
      return (ecfToLookAngles(observer, position).elevation * 180) / Math.PI;
    });
  }
}

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
