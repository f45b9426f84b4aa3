/**
 * Removal of groups that nobody pushes any more, which the gateway would keep and Prometheus scrape for ever: a program
 * of its own, run by a CronJob with the gateway's URL and the limits. Of a job of the settings the newest group stays.
 */

/** A group of the gateway: what was pushed under the same labels. */
export interface Group {
  readonly labels: Readonly<Record<string, string>>;
  /** When it was last pushed, seconds since 1970. */
  readonly pushed: number;
}

export interface CleaningLimits {
  /** Seconds after which a group is removed, by the jobs of the settings. */
  readonly jobs: Readonly<Record<string, number>>;
  /** The same of all other jobs. */
  readonly others: number;
}

interface Answer {
  readonly data: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly push_time_seconds?: { readonly metrics: readonly { readonly value: string }[] };
  }[];
}

/** @throws Error when the gateway does not answer as it should */
export async function groupsOf(gateway: string): Promise<Group[]> {
  const answer = await asked(`${gateway}/api/v1/metrics`, "GET");
  const { data } = (await answer.json()) as Answer;
  return data.map(({ labels, push_time_seconds: time }) => ({
    labels,
    pushed: Number(time?.metrics[0]?.value ?? 0),
  }));
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

/** Path of a group: every value in base64, whatever is in it. */
export function pathOf({ labels }: Pick<Group, "labels">): string {
  const { job = "", ...others } = labels;
  const part = ([name, value]: readonly [string, string]): string =>
    `/${name}@base64/${value === "" ? "=" : Buffer.from(value).toString("base64url")}`;
  return `/metrics${[["job", job] as const, ...Object.entries(others)].map(part).join("")}`;
}

async function asked(url: string, method: string): Promise<Response> {
  const answer = await fetch(url, { method, signal: AbortSignal.timeout(30_000) });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return answer;
}

/** Removes what is superfluous, and says what. */
async function clean(gateway: string, limits: CleaningLimits, now: number): Promise<Group[]> {
  const removed = superfluous(await groupsOf(gateway), limits, now);
  for (const group of removed) {
    await asked(`${gateway}${pathOf(group)}`, "DELETE");
    console.log(JSON.stringify({ level: "info", message: "removed", ...group }));
  }
  return removed;
}

if (require.main === module) {
  const [gateway = "", limits = ""] = process.argv.slice(2);
  clean(gateway, JSON.parse(limits) as CleaningLimits, Date.now() / 1000).catch((error: unknown) => {
    console.error(JSON.stringify({ level: "error", message: String(error) }));
    process.exitCode = 1;
  });
}
