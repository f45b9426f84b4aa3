/**
 * Which kube-prometheus-stack the lab runs: the original where its chart and images can be had, else the offline
 * edition. `make up` says which, and why.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { promisify } from "node:util";
import { testedCharts } from "../../workloads/config";
import type { LabCharts } from "./build";

const run = promisify(execFile);

export type Edition =
  | { readonly kind: "original"; readonly chart: string | undefined; readonly why: string }
  | { readonly kind: "offline"; readonly why: string };

/** A registry that answers, and is not reached over a bad line. */
const ANSWER_LIMIT_MS = 15_000;
/** The registries of the original's images; any answer will do, also "authenticate first". */
const registries = ["https://quay.io/v2/", "https://docker.io/v2/"] as const;

/**
 * @param given LAB_CHART: absolute path of a chart archive or folder
 * @param helm path of the helm program
 * @throws Error when LAB_CHART names nothing
 */
export async function chooseEdition(given: string | undefined, helm: string): Promise<Edition> {
  if (given !== undefined && given !== "") {
    if (!isAbsolute(given) || !existsSync(given)) {
      throw new Error(`LAB_CHART is "${given}"; it must be the absolute path of a chart archive or folder`);
    }
    return { kind: "original", chart: given, why: "LAB_CHART names it" };
  }
  const { reference, version } = testedCharts.stack;
  const missing = await Promise.all([
    reached(`the chart ${reference} ${version}`, showChart(helm, reference, version)),
    ...registries.map((url) => reached(url, fetch(url, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) }))),
  ]);
  const unreachable = missing.filter((what) => what !== undefined);
  if (unreachable.length === 0)
    return { kind: "original", chart: undefined, why: "chart and images can be had" };
  return { kind: "offline", why: `cannot be reached: ${unreachable.join(", ")}` };
}

/**
 * What stack 2 is told for an edition, on top of Pulumi.lab.yaml's `perigee-workloads:monitoring`.
 * @param charts where the offline edition's charts are
 */
export function editionSettings(edition: Edition, charts: LabCharts): Readonly<Record<string, unknown>> {
  if (edition.kind === "offline") {
    return {
      chart: { reference: charts.stack },
      definitionsChart: { reference: charts.definitions },
      grafana: false,
      kubeStateMetrics: false,
    };
  }
  return {
    ...(edition.chart !== undefined && { chart: { reference: edition.chart } }),
    grafana: true,
    kubeStateMetrics: true,
  };
}

async function reached(what: string, answer: Promise<unknown>): Promise<string | undefined> {
  return answer.then(
    () => undefined,
    () => what,
  );
}

async function showChart(helm: string, reference: string, version: string): Promise<unknown> {
  return run(helm, ["show", "chart", reference, "--version", version], { timeout: ANSWER_LIMIT_MS });
}
