/** Targets and alerts of the lab's Prometheus, for `make status`. */

interface Targets {
  readonly data: { readonly activeTargets: readonly { health: string; labels: Record<string, string> }[] };
}
interface Alerts {
  readonly data: {
    readonly alerts: readonly { state: string; activeAt?: string; labels: Record<string, string> }[];
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

/** Lines about targets and alerts; one line with the error when Prometheus does not answer. */
export async function monitoringLines(prometheusUrl: string): Promise<string[]> {
  try {
    const targets = await activeTargets(prometheusUrl);
    const alerts = await ask<Alerts>(`${prometheusUrl}/api/v1/alerts`);
    return [...targetLines(targets), ...alertLines(alerts)];
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

const activeTargets = (prometheusUrl: string): Promise<Targets> =>
  ask<Targets>(`${prometheusUrl}/api/v1/targets?state=active`);

async function ask<T>(url: string): Promise<T> {
  const response = await fetch(url, { signal: AbortSignal.timeout(limitMs) });
  if (!response.ok) throw new Error(`${response.status} ${url}`);
  return (await response.json()) as T;
}
