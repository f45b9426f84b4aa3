/** The command `contacts`: prints the contact plan of a spacecraft from its orbit (TLE, OMM or OEM), as CSV. */
import * as z from "zod";
import type { Station } from "../contacts/earth";
import type { Known } from "../contacts/ephemeris";
import { type Orbit, readOrbit } from "../contacts/orbit";
import { findContacts } from "../contacts/passSearch";
import { readTime, timeForms } from "../contacts/time";
import { firstOf } from "../firstOf";
import { mostXmlBytes, textIn } from "../import/xml";
import type { Log } from "../log";
import { reasonOf } from "../reasonOf";
import { readWhole } from "../wholeFile";
import { command } from "./command";
import { text, UsageError } from "./settings";

/** Days beyond which two-line elements are told to be old: kilometers, in a low orbit. */
const oldDays = 7;

export const contacts = command(
  {
    name: "contacts",
    summary: "Prints a contact plan (CSV) from a spacecraft's orbit.",
    argument: "FILE",
    argumentMeaning:
      "two-line elements (TLE), a CCSDS OMM (KVN, XML, JSON, CSV) or an ephemeris (OEM, KVN or XML), of one object; - is standard input",
    settings: {
      station: text.describe(
        "stations, separated by spaces, each NAME,LATITUDE,LONGITUDE,METERS, as svalbard,78.23,15.39,450",
      ),
      minElevation: z.coerce.number().min(0).max(89).default(5).describe("degrees above the horizon"),
      from: text.optional().describe(`${timeForms}; default: now`),
      days: z.coerce.number().positive().max(60).default(7).describe("days from then on"),
      spacecraft: z
        .string()
        .regex(/^[\w.-]{1,64}$/, "must be 1 to 64 of: letters, digits, _ . -")
        .optional()
        .describe("name in the plan; without it, the plan is everybody's"),
    },
  },
  async (settings, { print, log }, file) => {
    const problems: string[] = [];
    const stations = readStations(settings.station, problems);
    const from = settings.from === undefined ? Date.now() / 1000 : readTime(settings.from);
    if (from === undefined) problems.push(`--from: must be ${timeForms}`);
    const orbit = readFile(file);
    if ("problems" in orbit) {
      problems.push(
        ...firstOf(orbit.problems, mostProblems, "problems").map((each) => `${file ?? ""}: ${each}`),
      );
    }
    if (problems.length > 0 || from === undefined || "problems" in orbit) {
      throw new UsageError(problems.join("; "));
    }
    const span = spanOf(orbit, { start: from, end: from + settings.days * 86_400 }, log);
    const { minElevation, spacecraft } = settings;
    const found = orRefuse(() =>
      findContacts({ orbit, stations, minElevation, from: span.start, to: span.end }),
    );
    const ofSpacecraft = spacecraft === undefined ? "" : `,${spacecraft}`;
    await print(`start,end,station${spacecraft === undefined ? "" : ",spacecraft"}\n`);
    for (const { start, end, station } of found) {
      // Shorter than what is printed of it: serve would refuse the plan.
      if (iso(start) === iso(end)) continue;
      await print(`${iso(start)},${iso(end)},${station}${ofSpacecraft}\n`);
    }
    return 0;
  },
);

const iso = (seconds: number): string =>
  new Date(Math.round(seconds) * 1000).toISOString().replace(".000", "");

function readFile(file: string | undefined): ReturnType<typeof readOrbit> {
  if (file === undefined) return { problems: ["name a FILE with the orbit, or - for standard input"] };
  try {
    return readOrbit(textIn(readWhole(file, mostXmlBytes)));
  } catch (error) {
    return { problems: [`cannot be read: ${reasonOf(error)}`] };
  }
}

/** Problems that are told. */
const mostProblems = 20;

/**
 * The part of the time asked for of which the orbit says something. What is left out, or uncertain, is warned of.
 * @throws UsageError where it says nothing
 */
function spanOf(orbit: Orbit, { start, end }: Known, log: Log): Known {
  if (orbit.epoch !== undefined) {
    const age = Math.max(Math.abs(start - orbit.epoch), Math.abs(end - orbit.epoch)) / 86_400;
    if (age > oldDays) log.warn("the elements are old for this plan", { days: Math.round(age) });
  }
  if (orbit.known === undefined) return { start, end };
  const known = orbit.known
    .map((each) => ({ start: Math.max(start, each.start), end: Math.min(end, each.end) }))
    .filter((each) => each.start < each.end);
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last) {
    const [whole, wholeEnd] = [orbit.known[0]?.start ?? NaN, orbit.known.at(-1)?.end ?? NaN];
    throw new UsageError(
      `the ephemeris is from ${iso(whole)} to ${iso(wholeEnd)}: nothing of it is between ${iso(start)} and ${iso(end)}`,
    );
  }
  const gaps = known.slice(1).map((each, i) => ({ start: known[i]?.end ?? NaN, end: each.start }));
  for (const gap of gaps) {
    log.warn("the ephemeris has a gap, in which there is no contact", {
      from: iso(gap.start),
      to: iso(gap.end),
    });
  }
  if (first.start > start) {
    log.warn("the ephemeris begins later, and so does the plan", { from: iso(first.start) });
  }
  if (last.end < end) log.warn("the ephemeris ends earlier, and so does the plan", { to: iso(last.end) });
  return { start: first.start, end: last.end };
}

function readStations(given: string, problems: string[]): Station[] {
  return given
    .trim()
    .split(/\s+/)
    .flatMap((each) => {
      const [name = "", ...numbers] = each.split(",");
      const [latitude = NaN, longitude = NaN, height = NaN] = numbers.map((part) =>
        part === "" ? NaN : Number(part),
      );
      const isPlace =
        Math.abs(latitude) <= 90 && Math.abs(longitude) <= 360 && height >= -500 && height <= 9_000;
      if (/^[\w.-]{1,64}$/.test(name) && numbers.length === 3 && isPlace) {
        return [{ name, latitude, longitude, height }];
      }
      problems.push(`--station: ${each} must be NAME,LATITUDE,LONGITUDE,METERS, as svalbard,78.23,15.39,450`);
      return [];
    });
}

/** @throws UsageError in place of an orbit's decay */
function orRefuse<Result>(search: () => Result): Result {
  try {
    return search();
  } catch (error) {
    throw new UsageError(reasonOf(error));
  }
}
