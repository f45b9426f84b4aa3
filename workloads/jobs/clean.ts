/**
 * Removal of groups that nobody pushes any more, which the gateway would keep and Prometheus scrape for ever: a program
 * of its own, run by a CronJob with the gateway's URL and the limits. Of a job of the settings the newest group stays.
 */

import { createInterface } from "node:readline";
import { Readable } from "node:stream";

/** A group of the gateway: what was pushed under the same labels. */
export interface Group {
  readonly labels: Readonly<Record<string, string>>;
  /** When it was last pushed, or a push was refused, seconds since 1970. */
  readonly pushed: number;
}

export interface CleaningLimits {
  /** Seconds after which a group is removed, by the jobs of the settings. */
  readonly jobs: Readonly<Record<string, number>>;
  /** The same of all other jobs. */
  readonly others: number;
}

/** Line of the gateway's own metrics about a group. */
const groupLine = /^push_(?:failure_)?time_seconds\{(.*)\} (\S+)$/;

/** @throws Error when the gateway does not answer as it should */
export async function groupsOf(gateway: string): Promise<Group[]> {
  const { body } = await asked(`${gateway}/metrics`, "GET");
  const groups = new Map<string, Group>();
  if (body === null) return [];
  // Line by line: what was pushed may be more than this program has room for.
  for await (const line of createInterface({ input: Readable.fromWeb(body) })) {
    const [, labels, time] = groupLine.exec(line) ?? [];
    if (labels === undefined) continue;
    const pushed = Math.max(Number(time), groups.get(labels)?.pushed ?? 0);
    groups.set(labels, { labels: parsed(labels), pushed });
  }
  return [...groups.values()];
}

/** Labels as Prometheus' text format has them. */
function parsed(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)];
  const plain = (value: string): string =>
    value.replaceAll(/\\(.)/g, (_, sign: string) => (sign === "n" ? "\n" : sign));
  return Object.fromEntries(pairs.map(([, name = "", value = ""]) => [name, plain(value)]));
}

/** Groups to remove. */
export function superfluous(
  groups: readonly Group[],
  { jobs, others }: CleaningLimits,
  now: number,
): Group[] {
  const newest = new Map<string, Group>();
  for (const group of groups) {
    const job = group.labels["job"] ?? "";
    if (group.pushed > (newest.get(job)?.pushed ?? -Infinity)) newest.set(job, group);
  }
  return groups.filter((group) => {
    const job = group.labels["job"] ?? "";
    const limit = jobs[job];
    if (limit !== undefined && newest.get(job) === group) return false;
    return now - group.pushed > (limit ?? others);
  });
}

/** Paths of what may be the group: the gateway shows an empty `instance` whether it was pushed or not. */
export function pathsOf({ labels }: Pick<Group, "labels">): string[] {
  const { instance, ...others } = labels;
  return instance === "" ? [pathOf(others), pathOf(labels)] : [pathOf(labels)];
}

/** Every value in base64, whatever is in it. */
function pathOf({ job = "", ...others }: Group["labels"]): string {
  const part = ([name, value]: readonly [string, string]): string =>
    `/${name}@base64/${value === "" ? "=" : Buffer.from(value).toString("base64url")}`;
  return `/metrics${[["job", job] as const, ...Object.entries(others)].map(part).join("")}`;
}

async function asked(url: string, method: string): Promise<Response> {
  const answer = await fetch(url, { method, signal: AbortSignal.timeout(30_000) });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return answer;
}

/**
 * Removes what is superfluous, and says what.
 * @throws Error when something could not be removed, after all else was
 */
async function clean(gateway: string, limits: CleaningLimits, now: number): Promise<void> {
  const failures: string[] = [];
  for (const group of superfluous(await groupsOf(gateway), limits, now)) {
    try {
      for (const path of pathsOf(group)) await asked(`${gateway}${path}`, "DELETE");
      console.log(JSON.stringify({ level: "info", message: "removed", ...group }));
    } catch (error) {
      failures.push(String(error));
    }
  }
  if (failures.length > 0) throw new Error(failures.join("; "));
}

if (require.main === module) {
  const [gateway = "", limits = ""] = process.argv.slice(2);
  clean(gateway, JSON.parse(limits) as CleaningLimits, Date.now() / 1000).catch((error: unknown) => {
    console.error(JSON.stringify({ level: "error", message: String(error) }));
    process.exitCode = 1;
  });
}
