/** Ephemeris (CCSDS OEM): states of a spacecraft at times, and where it is between them. */
import { utcOfClock } from "../decoder/leapSeconds";
import { elevationsOf, frames, type Position, type Station } from "./earth";
import type { Segment, StateLine } from "./navigationMessage";
import { readMessageTime } from "./time";

/** Time for which something is known, in seconds since 1970. */
export interface Known {
  readonly start: number;
  readonly end: number;
}

/** Position in km and velocity in km/s, along x, y and z. */
interface State {
  /** Seconds since 1970. */
  readonly time: number;
  readonly position: readonly number[];
  readonly velocity: readonly number[];
}

interface Arc extends Known {
  readonly states: readonly State[];
  readonly turn: (position: Position, time: number) => Position;
}

/** States around a time whose polynomial gives the position: with position and velocity of each, of degree 7. */
const nodes = 4;

const frameOf: readonly [RegExp, keyof typeof frames][] = [
  [/^(EME2000|J2000|ICRF\d*|GCRF\d*)$/, "EME2000"],
  [/^(ITRF([-_]?\d+)?|GRC|ECEF|EFG|WGS-?84)$/, "ITRF"],
  [/^TEME(OFDATE|OFEPOCH)?$/, "TEME"],
  [/^(TOD|TOD_EARTH)$/, "TOD"],
  [/^(MOD|MOD_EARTH)$/, "MOD"],
];

/** Frames that turn with the equinox: by 0.014 degrees in a year, so that one of another date is elsewhere. */
const ofDate: readonly (keyof typeof frames)[] = ["TEME", "TOD", "MOD"];
const mostFrameAge = 365.25 * 86_400;

const clocks: Readonly<Record<string, (reading: number) => number>> = {
  UTC: (reading) => reading,
  // At most 0.9 s from UTC.
  UT1: (reading) => reading,
  TAI: (reading) => utcOfClock(reading, "TAI"),
  GPS: (reading) => utcOfClock(reading, "GPS"),
  TT: (reading) => utcOfClock(reading - 32.184, "TAI"),
  // Within 2 ms of TT.
  TDB: (reading) => utcOfClock(reading - 32.184, "TAI"),
};

export class Ephemeris {
  /** Times for which it says where the spacecraft is, in their order, without overlaps. */
  readonly known: readonly Known[];
  private newest: { arc: Arc; first: number; coefficients: readonly (readonly number[])[] } | undefined;

  private constructor(private readonly arcs: readonly Arc[]) {
    this.known = joined(arcs);
  }

  /** @returns the ephemeris, or every problem */
  static read(segments: readonly Segment[]): Ephemeris | { readonly problems: readonly string[] } {
    const problems: string[] = [];
    const arcs = segments.flatMap((segment) => arcOf(segment, problems) ?? []);
    const objects = new Set(segments.map(({ keys }) => keys.get("OBJECT_ID") ?? keys.get("OBJECT_NAME")));
    if (objects.size > 1) {
      problems.push(`has the objects ${[...objects].join(", ")}; give the segments of one`);
    }
    if (segments.length === 0) problems.push("has no segment");
    return problems.length > 0 ? { problems } : new Ephemeris(arcs);
  }

  /**
   * Elevation above a station's horizon in degrees at each of the stations; below all horizons where nothing is known.
   * @param time seconds since 1970
   */
  elevations(stations: readonly Station[], time: number): number[] {
    const arc = this.arcs.findLast(({ start, end }) => start <= time && time <= end);
    return arc ? elevationsOf(arc.turn(this.position(arc, time), time), stations) : stations.map(() => -90);
  }

  private position(arc: Arc, time: number): Position {
    const { states } = arc;
    const after = firstAfter(states, time);
    const first = Math.max(0, Math.min(after - nodes / 2, states.length - nodes));
    if (this.newest?.arc !== arc || this.newest.first !== first) {
      const near = states.slice(first, first + nodes);
      this.newest = { arc, first, coefficients: [0, 1, 2].map((axis) => hermite(near, axis)) };
    }
    const [x = NaN, y = NaN, z = NaN] = this.newest.coefficients.map((each) =>
      // Horner's scheme of Newton's form: each state is there twice.
      each.reduceRight(
        (sum, coefficient, i) => sum * (time - timeOf(states, first + (i >> 1))) + coefficient,
      ),
    );
    return { x, y, z };
  }
}

const timeOf = (states: readonly State[], index: number): number => states[index]?.time ?? NaN;

/** Position of the first state behind a time. */
function firstAfter(states: readonly State[], time: number): number {
  let [low, high] = [0, states.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeOf(states, middle) > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Newton's coefficients of the polynomial with positions and velocities of the states: divided differences. */
function hermite(states: readonly State[], axis: number): number[] {
  const times = states.flatMap(({ time }) => [time, time]);
  let column = states.flatMap(({ position }) => [position[axis] ?? NaN, position[axis] ?? NaN]);
  const coefficients = [column[0] ?? NaN];
  for (let order = 1; order < times.length; order++) {
    column = column.slice(1).map((value, i) => {
      const [from = NaN, to = NaN] = [times[i], times[i + order]];
      return from === to
        ? (states[i >> 1]?.velocity[axis] ?? NaN)
        : (value - (column[i] ?? NaN)) / (to - from);
    });
    coefficients.push(column[0] ?? NaN);
  }
  return coefficients;
}

function arcOf(segment: Segment, problems: string[]): Arc | undefined {
  const { keys, line } = segment;
  const own: string[] = [];
  const center = keys.get("CENTER_NAME") ?? "";
  if (!/^EARTH$/i.test(center)) own.push(`CENTER_NAME is ${shown(center)}; allowed: EARTH`);
  const frame = (keys.get("REF_FRAME") ?? "").toUpperCase();
  const known = frameOf.find(([pattern]) => pattern.test(frame))?.[1];
  if (!known) own.push(`REF_FRAME is ${shown(frame)}; allowed: EME2000, ICRF, GCRF, ITRF, TEME, TOD, MOD`);
  const system = (keys.get("TIME_SYSTEM") ?? "").toUpperCase();
  const clock = clocks[system];
  if (!clock) own.push(`TIME_SYSTEM is ${shown(system)}; allowed: ${Object.keys(clocks).join(", ")}`);
  if (own.length > 0 || !known || !clock) {
    problems.push(...own.map((each) => `the segment of line ${line}: ${each}`));
    return undefined;
  }
  const timeIn = (text: string): number | undefined => {
    const reading = readMessageTime(text);
    return reading === undefined ? undefined : clock(reading);
  };
  const states = segment.states.flatMap((each) => stateOf(each, timeIn, own) ?? []);
  own.push(...sequenceProblems(states, segment.states));
  if (segment.states.length < 2) {
    own.push(`the segment of line ${line} has ${segment.states.length} states, at least 2 are needed`);
  }
  const [first, last] = [states[0], states.at(-1)];
  const limit = (key: string, fallback: number): number => {
    const text = keys.get(key);
    const time = text === undefined || text === "" ? fallback : timeIn(text);
    if (time === undefined) own.push(`the segment of line ${line}: ${key} is no time: ${shown(text)}`);
    return time ?? NaN;
  };
  const start = Math.max(first?.time ?? NaN, limit("USEABLE_START_TIME", -Infinity));
  const end = Math.min(last?.time ?? NaN, limit("USEABLE_STOP_TIME", Infinity));
  const frameAge = Math.abs(limit("REF_FRAME_EPOCH", first?.time ?? NaN) - (first?.time ?? NaN));
  if (ofDate.includes(known) && frameAge > mostFrameAge) {
    const given = shown(keys.get("REF_FRAME_EPOCH"));
    own.push(
      `the segment of line ${line}: REF_FRAME_EPOCH is ${given}; ${frame} is known of date only, within a year`,
    );
  }
  if (own.length === 0 && start >= end) own.push(`the segment of line ${line} has no useable time`);
  problems.push(...own);
  return own.length > 0 ? undefined : { states, start, end, turn: frames[known] };
}

function stateOf(
  { line, epoch, numbers }: StateLine,
  timeIn: (text: string) => number | undefined,
  problems: string[],
): State | undefined {
  const time = timeIn(epoch);
  const values = numbers.slice(0, 6).map((each) => (each === "" ? NaN : Number(each)));
  const [position, velocity] = [values.slice(0, 3), values.slice(3)];
  if (time === undefined) problems.push(`line ${line}: ${shown(epoch)} is no time`);
  else if (values.length < 6 || values.some((each) => !Number.isFinite(each))) {
    problems.push(`line ${line} must have a time and six numbers: x, y, z in km, their velocities in km/s`);
  } else if (Math.hypot(...position) < 6_300 || Math.hypot(...velocity) > 50) {
    problems.push(`line ${line} is within the Earth or faster than 50 km/s; numbers are in km and km/s`);
  } else return { time, position, velocity };
  return undefined;
}

/** Share of its way by which a state may miss what the velocities of both ends say: those of a third of an orbit do. */
const mostMiss = 0.3;

/** Problems of states and those before them. */
function sequenceProblems(states: readonly State[], lines: readonly StateLine[]): string[] {
  if (states.length < lines.length) return []; // has problems enough
  return states.flatMap((state, i) => {
    const before = states[i - 1];
    const line = lines[i]?.line ?? 0;
    if (!before) return [];
    const seconds = state.time - before.time;
    if (seconds <= 0) return [`line ${line} is not later than the state before it`];
    const ways = [0, 1, 2].map(
      (axis) => (((before.velocity[axis] ?? 0) + (state.velocity[axis] ?? 0)) / 2) * seconds,
    );
    const miss = ways.map((way, axis) => (state.position[axis] ?? 0) - (before.position[axis] ?? 0) - way);
    return Math.hypot(...miss) > mostMiss * Math.hypot(...before.velocity) * seconds
      ? [
          `line ${line}: its velocity does not fit the way from the state before it, or the two are too far apart`,
        ]
      : [];
  });
}

function joined(arcs: readonly Arc[]): Known[] {
  const spans: { start: number; end: number }[] = [];
  for (const { start, end } of arcs.toSorted((a, b) => a.start - b.start)) {
    const last = spans.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else spans.push({ start, end });
  }
  return spans;
}

const shown = (text: string | undefined): string => JSON.stringify((text ?? "").slice(0, 40));
