/** Targets, alerts, backups and certificates in the lab's Prometheus, for `make status`. */
import { age } from "./table";

interface Targets {
  readonly data: { readonly activeTargets: readonly { health: string; labels: Record<string, string> }[] };
}
interface Alerts {
  readonly data: {
    readonly alerts: readonly { state: string; activeAt?: string; labels: Record<string, string> }[];
  };
}
/** Answer to an instant query. */
interface Samples {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      /** Time in seconds since 1970, and the value as text. */
      readonly value: readonly [number, string];
    }[];
  };
}

const limitMs = 5_000;
/** Time limit from the release's installation to Prometheus' first answer; seconds on a machine with spare capacity. */
const startLimitMs = 90_000;

/** Waits until Prometheus returns its targets. A timeout is not an error: the lines printed next report it. */
export async function untilPrometheusAnswers(prometheusUrl: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + startLimitMs;
  while (Date.now() < deadline && !signal.aborted) {
    const targets = await activeTargets(prometheusUrl).catch(() => undefined);
    if (targets !== undefined && targets.data.activeTargets.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/**
 * Names of the alerts that fire.
 * @param since milliseconds since 1970: those whose condition was there before are left out; default: none is
 */
export async function firingAlerts(prometheusUrl: string, since = 0): Promise<string[]> {
  const { data } = await ask<Alerts>(`${prometheusUrl}/api/v1/alerts`);
  return data.alerts
    .filter(({ state, activeAt }) => state === "firing" && Date.parse(activeAt ?? "") >= since)
    .map(({ labels }) => labels["alertname"] ?? "");
}

/** Lines about all of it; one line with the error when Prometheus does not answer. */
export async function monitoringLines(prometheusUrl: string): Promise<string[]> {
  try {
    const targets = await activeTargets(prometheusUrl);
    const alerts = await ask<Alerts>(`${prometheusUrl}/api/v1/alerts`);
    const query = encodeURIComponent('{__name__=~"perigee_(backup|certificate)_.+"}');
    const samples = await ask<Samples>(`${prometheusUrl}/api/v1/query?query=${query}`);
    return [
      ...targetLines(targets),
      ...alertLines(alerts),
      ...backupLines(samples),
      ...certificateLines(samples),
    ];
  } catch (error) {
    return [`Prometheus does not answer: ${error instanceof Error ? error.message : String(error)}`];
  }
}

export function targetLines({ data: { activeTargets } }: Targets): string[] {
  const count = (wanted: string): number => activeTargets.filter(({ health }) => health === wanted).length;
  const down = activeTargets.filter(({ health }) => health === "down");
  const waiting = count("unknown");
  return [
    `targets: ${count("up")} up, ${down.length} down${waiting === 0 ? "" : `, ${waiting} not asked yet`}`,
    ...down.map(({ labels }) => `  down: ${labels["job"] ?? ""} ${labels["instance"] ?? ""}`),
  ];
}

/** Lines about alerts, without Watchdog, which always fires. */
export function alertLines({ data }: Alerts): string[] {
  const known = data.alerts.filter(({ labels }) => labels["alertname"] !== "Watchdog");
  const pending = known.filter(({ state }) => state === "pending").length;
  const line = ({ state, labels }: (typeof known)[number]): string =>
    `  ${state}: ${labels["alertname"] ?? ""} ${labels["parameter"] ?? labels["instance"] ?? ""}`.trimEnd();
  return [
    `alerts: ${known.length - pending} firing${pending === 0 ? "" : `, ${pending} pending`}`,
    ...known.map(line),
  ];
}

/** Line about the newest backup, of whichever control plane; none where no backup is made. */
export function backupLines({ data: { result } }: Samples): string[] {
  const ofMetric = (name: string) =>
    result.filter(({ metric }) => metric["__name__"] === `perigee_backup_${name}`);
  const [newest] = ofMetric("last_success_timestamp_seconds").toSorted((a, b) => number(b) - number(a));
  if (newest === undefined) return [];
  const { instance } = newest.metric;
  const valueOf = (name: string): number =>
    ofMetric(name)
      .filter(({ metric }) => metric["instance"] === instance)
      .map(number)[0] ?? NaN;
  const size = `${(valueOf("last_size_bytes") / 1e6).toFixed(1)} MB, ${valueOf("last_duration_seconds")} s`;
  const since = age(new Date(number(newest) * 1000), new Date(newest.value[0] * 1000));
  const last = number(newest) === 0 ? "never" : `last ${since} ago (${size})`;
  if (!ofMetric("failed").some((sample) => number(sample) === 1)) return [`backup: ${last}`];
  const errors = ofMetric("error_info").map(({ metric }) => metric["error"]);
  return [`backup: failing: ${errors.join("; ") || "no reason given"}, ${last}`];
}

/** Line about the certificate of a control plane that ends first. */
export function certificateLines({ data: { result } }: Samples): string[] {
  const [first] = result
    .filter(({ metric }) => metric["__name__"] === "perigee_certificate_expiry_timestamp_seconds")
    .toSorted((a, b) => number(a) - number(b));
  if (first === undefined) return [];
  const days = Math.floor((number(first) - first.value[0]) / 86_400);
  return [`certificates: the first ends in ${days} days (${first.metric["certificate"] ?? ""})`];
}

const number = ({ value: [, text] }: Samples["data"]["result"][number]): number => Number(text);

const activeTargets = (prometheusUrl: string): Promise<Targets> =>
  ask<Targets>(`${prometheusUrl}/api/v1/targets?state=active`);

async function ask<T>(url: string): Promise<T> {
  const response = await fetch(url, { signal: AbortSignal.timeout(limitMs) });
  if (!response.ok) throw new Error(`${response.status} ${url}`);
  return (await response.json()) as T;
}
