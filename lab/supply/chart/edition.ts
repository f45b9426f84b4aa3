/**
 * Choice of the lab's kube-prometheus-stack: the given chart, else the original when its chart and images are
 * reachable, else the offline edition. `make up` prints the choice and the reason.
 */
import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { testedCharts } from "../../../workloads/config";
import { run } from "../../command";
import type { LabCharts } from "./build";

export type Edition =
  | { readonly kind: "given"; readonly charts: GivenCharts; readonly why: string }
  | { readonly kind: "original"; readonly why: string }
  | { readonly kind: "offline"; readonly why: string };

/** Absolute paths of chart archives or folders. */
export interface GivenCharts {
  /** LAB_CHART: kube-prometheus-stack. */
  readonly stack?: string;
  /** LAB_CRDS_CHART: prometheus-operator-crds. */
  readonly crds?: string;
}

const variables = { stack: "LAB_CHART", crds: "LAB_CRDS_CHART" } as const;

/** Time limit for a registry's answer, ample on a working connection. */
const answerLimitMs = 15_000;
/** Registries of the original's images; any answer is sufficient, also "authenticate first". */
const registries = ["https://quay.io/v2/", "https://docker.io/v2/"] as const;

/**
 * @param helm path of the helm program
 * @throws Error with each variable that is not the absolute path of an existing file or folder
 */
export async function chooseEdition(given: GivenCharts, helm: string): Promise<Edition> {
  const named = (Object.keys(variables) as (keyof GivenCharts)[]).flatMap((chart) => {
    const path = given[chart];
    return path === undefined ? [] : [{ variable: variables[chart], path }];
  });
  const wrong = named.filter(({ path }) => !isAbsolute(path) || !existsSync(path));
  if (wrong.length > 0) {
    const problems = wrong.map(({ variable, path }) => `${variable} is "${path}"`).join(" and ");
    throw new Error(`${problems}; it must be the absolute path of a chart archive or folder`);
  }
  if (named.length > 0) {
    const why = `${named.map(({ variable }) => variable).join(" and ")} given`;
    return { kind: "given", charts: given, why };
  }
  const { reference, version } = testedCharts.stack;
  const missing = await Promise.all([
    reached(`the chart ${reference} ${version}`, showChart(helm, reference, version)),
    ...registries.map((url) => reached(url, fetch(url, { signal: AbortSignal.timeout(answerLimitMs) }))),
  ]);
  const unreachable = missing.filter((what) => what !== undefined);
  if (unreachable.length === 0) return { kind: "original", why: "chart and images can be had" };
  return { kind: "offline", why: `cannot be reached: ${unreachable.join(", ")}` };
}

/**
 * Settings of stack 2 for an edition, on top of Pulumi.lab.yaml's `perigee-workloads:monitoring`.
 * @param charts paths of the offline edition's charts
 */
export function editionSettings(edition: Edition, charts: LabCharts): Readonly<Record<string, unknown>> {
  if (edition.kind === "original") return {};
  const { stack, crds = charts.definitions } = edition.kind === "given" ? edition.charts : {};
  // The offline edition has no kube-state-metrics, and rejects values that enable them; Grafana's place has its viewer.
  const ownStack = { chart: { reference: charts.stack }, kubeStateMetrics: false };
  return {
    ...(stack === undefined ? ownStack : { chart: { reference: stack } }),
    crdsChart: { reference: crds },
  };
}

async function reached(what: string, answer: Promise<unknown>): Promise<string | undefined> {
  return answer.then(
    () => undefined,
    () => what,
  );
}

async function showChart(helm: string, reference: string, version: string): Promise<unknown> {
  return run(helm, ["show", "chart", reference, "--version", version], { limitMs: answerLimitMs });
}
