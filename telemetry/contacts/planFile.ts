/** Text of a contact plan, YAML, JSON or CSV, to the contacts of one spacecraft. */
import { CORE_SCHEMA, load } from "js-yaml";
import * as z from "zod";
import { firstOf } from "../firstOf";
import { reasonOf } from "../reasonOf";
import type { Contact } from "./contactPlan";
import { cellsOf, linesOf } from "./csv";
import { readTime, timeForms } from "./time";

/** Most bytes of a plan, and contacts in it: some years of a low orbit. */
export const mostPlanBytes = 1024 * 1024;
const mostContacts = 20_000;
/** Problems that are told; of more, their number. */
const mostProblems = 20;

/** Plan that cannot be used, with every problem in it. */
export class PlanError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(firstOf(problems, mostProblems, "problems").join("; "));
  }
}

const time = z.string({ error: `must be ${timeForms}` }).transform((given, context): number => {
  const seconds = readTime(given);
  if (seconds !== undefined) return seconds;
  context.addIssue({ code: "custom", message: `must be ${timeForms}, not ${shown(given)}` });
  return z.NEVER;
});
const name = z.union([z.string().max(64, "must have at most 64 characters"), z.number().transform(String)], {
  error: "must be a name",
});
/** Other keys are left aside: the plan may be another program's, which may write null for what it does not know. */
const contactSchema = z.object(
  { start: time, end: time, station: name.nullish(), spacecraft: name.nullish() },
  { error: "must have start and end" },
);

/** A contact with the name of its spacecraft; undefined: it is everybody's. */
export interface PlannedContact extends Contact {
  readonly spacecraft: string | undefined;
}

/**
 * Contacts of a plan.
 * @param spacecraft whose contacts are wanted
 * @throws PlanError
 */
export const readPlan = (text: string, spacecraft: string): Contact[] =>
  contactsOf(readContacts(text), spacecraft);

/** Contacts of a spacecraft, those that name none among them. */
export const contactsOf = (contacts: readonly PlannedContact[], spacecraft: string): Contact[] =>
  contacts
    .filter((contact) => contact.spacecraft === undefined || contact.spacecraft === spacecraft)
    .map(({ start, end, station }) => ({ start, end, station }));

/**
 * Contacts of all spacecraft of a plan.
 * @throws PlanError
 */
export function readContacts(text: string): PlannedContact[] {
  const entries = isCsv(text) ? csvEntries(text) : documentEntries(text);
  if (entries.length > mostContacts) {
    throw new PlanError([`has ${entries.length} contacts, at most ${mostContacts} are taken`]);
  }
  const problems: string[] = [];
  const contacts: PlannedContact[] = [];
  for (const { what, value } of entries) {
    const parsed = contactSchema.safeParse(value);
    if (!parsed.success) {
      problems.push(
        ...parsed.error.issues.map((issue) => `${[what, ...issue.path].join(" ")} ${issue.message}`),
      );
      continue;
    }
    const { start, end, station, spacecraft } = parsed.data;
    if (end <= start) problems.push(`${what} end must be after start`);
    else contacts.push({ start, end, station: station ?? "", spacecraft: spacecraft ?? undefined });
  }
  if (problems.length > 0) throw new PlanError(problems);
  return contacts;
}

/** A contact of the text, and what to call it. */
interface Entry {
  readonly what: string;
  readonly value: unknown;
}

/** A list of contacts, or an object whose `contacts` they are. */
function documentEntries(text: string): Entry[] {
  const document = parsed(text);
  const list: unknown =
    typeof document === "object" && document !== null && "contacts" in document
      ? document.contacts
      : document;
  if (!Array.isArray(list)) {
    throw new PlanError(["must be a list of contacts with start, end and station, in YAML, JSON or CSV"]);
  }
  return list.map((value: unknown, i) => ({ what: `contact ${i + 1}:`, value }));
}

function parsed(text: string): unknown {
  try {
    // A document of the library yaml takes ten times as long, and for some answers that are no plan the whole memory.
    return load(text, { schema: CORE_SCHEMA });
  } catch (error) {
    const [first] = reasonOf(error).split("\n");
    throw new PlanError([`is neither YAML nor JSON: ${first ?? ""}`]);
  }
}

const columns = ["start", "end", "station", "spacecraft"];

const columnsOf = (head: string | undefined): string[] =>
  cellsOf(head ?? "").map((cell) => cell.toLowerCase());

/** True when the first line names the columns. */
function isCsv(text: string): boolean {
  const cells = columnsOf(linesOf(text)[0]?.text);
  return cells.includes("start") && cells.includes("end");
}

function csvEntries(text: string): Entry[] {
  const [head, ...rows] = linesOf(text);
  const keys = columnsOf(head?.text);
  return rows.map(({ number, text: row }) => ({
    what: `line ${number}:`,
    value: Object.fromEntries(
      cellsOf(row).flatMap((cell, i) => {
        const key = keys[i] ?? "";
        return cell !== "" && columns.includes(key) ? [[key, cell]] : [];
      }),
    ),
  }));
}

const shown = (given: string): string => JSON.stringify(given.length > 40 ? `${given.slice(0, 40)}…` : given);
