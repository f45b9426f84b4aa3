/** The command `contacts`: prints the contact plan of a spacecraft from its orbital elements (TLE), as CSV. */
import { readFileSync } from "node:fs";
import * as z from "zod";
import { Elements, type Station } from "../contacts/elements";
import { findContacts } from "../contacts/passSearch";
import { readTime, timeForms } from "../contacts/time";
import { command } from "./command";
import { reason } from "./dictionarySetting";
import { text, UsageError } from "./settings";

/** Days beyond which two-line elements are told to be old: kilometers, in a low orbit. */
const oldDays = 7;

export const contacts = command(
  {
    name: "contacts",
    summary: "Prints a contact plan (CSV) from a spacecraft's orbital elements.",
    argument: "FILE",
    argumentMeaning: "two-line elements (TLE); - is standard input",
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
    const elements = readElements(file);
    if ("problems" in elements) problems.push(...elements.problems);
    if (problems.length > 0 || from === undefined || "problems" in elements) {
      throw new UsageError(problems.join("; "));
    }
    const to = from + settings.days * 86_400;
    const age = Math.max(Math.abs(from - elements.epoch), Math.abs(to - elements.epoch)) / 86_400;
    if (age > oldDays) log.warn("the elements are old for this plan", { days: Math.round(age) });
    const { minElevation, spacecraft } = settings;
    const found = orRefuse(() => findContacts({ elements, stations, minElevation, from, to }));
    const ofSpacecraft = spacecraft === undefined ? "" : `,${spacecraft}`;
    await print(`start,end,station${spacecraft === undefined ? "" : ",spacecraft"}\n`);
    for (const { start, end, station } of found) {
      await print(`${iso(start)},${iso(end)},${station}${ofSpacecraft}\n`);
    }
    return 0;
  },
);

const iso = (seconds: number): string =>
  new Date(Math.round(seconds) * 1000).toISOString().replace(".000", "");

function readElements(file: string | undefined): ReturnType<typeof Elements.read> {
  if (file === undefined) return { problems: ["name a FILE of two-line elements, or - for standard input"] };
  try {
    const read = Elements.read(readFileSync(file === "-" ? 0 : file, "utf8"));
    return "problems" in read ? { problems: read.problems.map((each) => `${file}: ${each}`) } : read;
  } catch (error) {
    return { problems: [`cannot read the elements ${file}: ${reason(error)}`] };
  }
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
    throw new UsageError(reason(error));
  }
}
