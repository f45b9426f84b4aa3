/** What the lab's Prometheus says, for `make status`. */

interface Targets {
  readonly data: { readonly activeTargets: readonly { health: string; labels: Record<string, string> }[] };
}
interface Alerts {
  readonly data: { readonly alerts: readonly { state: string; labels: Record<string, string> }[] };
}

const LIMIT_MS = 5_000;

/** Lines about targets and alerts; one that says so where Prometheus does not answer. */
export async function monitoringLines(prometheusUrl: string): Promise<string[]> {
  try {
    const targets = await ask<Targets>(`${prometheusUrl}/api/v1/targets?state=active`);
    const alerts = await ask<Alerts>(`${prometheusUrl}/api/v1/alerts`);
    return [...targetLines(targets), ...alertLines(alerts)];
  } catch (error) {
    return [`Prometheus does not answer: ${error instanceof Error ? error.message : String(error)}`];
  }
}

export function targetLines({ data }: Targets): string[] {
  const down = data.activeTargets.filter(({ health }) => health !== "up");
  return [
    `targets: ${data.activeTargets.length - down.length} up, ${down.length} not`,
    ...down.map(({ labels, health }) => `  ${health}: ${labels["job"] ?? ""} ${labels["instance"] ?? ""}`),
  ];
}

export function alertLines({ data }: Alerts): string[] {
  const known = data.alerts.filter(({ labels }) => labels["alertname"] !== "Watchdog");
  const line = ({ state, labels }: (typeof known)[number]): string =>
    `  ${state}: ${labels["alertname"] ?? ""} ${labels["parameter"] ?? labels["instance"] ?? ""}`.trimEnd();
  return [`alerts: ${known.length === 0 ? "none" : known.length}`, ...known.map(line)];
}

async function ask<T>(url: string): Promise<T> {
  const response = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS) });
  if (!response.ok) throw new Error(`${response.status} ${url}`);
  return (await response.json()) as T;
}
