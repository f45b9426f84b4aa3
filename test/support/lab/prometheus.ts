/** Queries to the lab's Prometheus and Alertmanager, from outside through their node ports. */
import { nodePorts } from "../../../contract/outputs";
import { kubectl, outputs } from "./lab";

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  /** Unix time in seconds, and the value as text. */
  readonly value: readonly [number, string];
}

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
}

async function answer(port: number, path: string): Promise<string> {
  const { publishedHost } = await outputs();
  const response = await fetch(`http://${publishedHost}:${port}${path}`, {
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.text();
}

async function ask<T>(port: number, path: string): Promise<T> {
  return JSON.parse(await answer(port, path)) as T;
}

/** Text of an address of Prometheus, e.g. its page's: `/query`. */
export function textAt(path: string): Promise<string> {
  return answer(nodePorts.prometheus.port, path);
}

/** Text of an address of Alertmanager, e.g. its page's: `/`. */
export function alertmanagerText(path: string): Promise<string> {
  return answer(nodePorts.alertmanager.port, path);
}

/** Waits until a changed Prometheus has taken the place of the former one, which the next tests shall not meet. */
export async function prometheusRolledOut(): Promise<void> {
  const prometheus = "statefulset/prometheus-monitoring-prometheus";
  await kubectl("-n", "monitoring", "rollout", "status", prometheus, "--timeout=300s");
}

/** Result of an instant query. */
export async function query(expression: string): Promise<Sample[]> {
  const path = `/api/v1/query?query=${encodeURIComponent(expression)}`;
  const { data } = await ask<{ data: { result: Sample[] } }>(nodePorts.prometheus.port, path);
  return data.result;
}

/** The one value of an instant query; undefined when there is none. */
export async function value(expression: string): Promise<number | undefined> {
  const [sample] = await query(expression);
  return sample === undefined ? undefined : Number(sample.value[1]);
}

/** Samples of the last seconds, as scraped, sorted by time: [Unix time in seconds, value]. */
export async function samples(selector: string, seconds: number): Promise<[number, number][]> {
  const path = `/api/v1/query?query=${encodeURIComponent(`${selector}[${seconds}s]`)}`;
  const { data } = await ask<{ data: { result: { values: [number, string][] }[] } }>(
    nodePorts.prometheus.port,
    path,
  );
  return data.result
    .flatMap(({ values }) => values.map(([time, text]): [number, number] => [time, Number(text)]))
    .sort(([one], [other]) => one - other);
}

/** Times of these samples. */
export async function sampleTimes(selector: string, seconds: number): Promise<number[]> {
  return (await samples(selector, seconds)).map(([time]) => time);
}

export interface LoadedRule {
  readonly name: string;
  readonly query: string;
}

/** Every rule that Prometheus evaluates. */
export async function rules(): Promise<LoadedRule[]> {
  const { data } = await ask<{ data: { groups: { rules: LoadedRule[] }[] } }>(
    nodePorts.prometheus.port,
    "/api/v1/rules",
  );
  return data.groups.flatMap((group) => group.rules);
}

/** Alerts that are pending or firing. */
export async function alerts(): Promise<Alert[]> {
  const { data } = await ask<{ data: { alerts: Alert[] } }>(nodePorts.prometheus.port, "/api/v1/alerts");
  return data.alerts;
}

export interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: string;
  readonly lastError: string;
}

export async function targets(): Promise<Target[]> {
  const path = "/api/v1/targets?state=active";
  const { data } = await ask<{ data: { activeTargets: Target[] } }>(nodePorts.prometheus.port, path);
  return data.activeTargets;
}

/** Rule groups, Perigee's and the chart's, in which a rule has failed since Prometheus has samples. */
export async function failedRuleGroups(): Promise<string[]> {
  const failures = await query(
    "max by (rule_group) (max_over_time(prometheus_rule_evaluation_failures_total[6h])) > 0",
  );
  return failures.map(({ metric }) => metric["rule_group"] ?? "");
}

export interface ManagedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly state: string; readonly inhibitedBy: readonly string[] };
}

/** Alerts in Alertmanager. */
export function managedAlerts(): Promise<ManagedAlert[]> {
  return ask<ManagedAlert[]>(nodePorts.alertmanager.port, "/api/v2/alerts");
}
