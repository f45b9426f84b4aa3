/**
 * Choice of the lab's kube-prometheus-stack: the given chart, else the original when its chart and images are
 * reachable, else the offline edition. `make up` prints the choice and the reason. And of metrics-server's chart.
 */
import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { testedCharts } from "../../../workloads/settings/chart";
import { hostOfImage, isReleased, type SourceHost, type Sources } from "../sources";
import type { LabCharts } from "./build";
import { monitoringHosts } from "./images";

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

/**
 * Edition for what was given, else for what can be reached.
 * @throws Error with each variable that is not the absolute path of an existing file or folder
 */
export function chooseEdition(given: GivenCharts, sources: Sources): Edition {
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
  const hosts = [hostOfImage(testedCharts.stack.reference.replace("oci://", "")), ...monitoringHosts];
  const built = hosts.filter((host) => !isReleased(sources, host));
  if (built.length === 0) return { kind: "original", why: "chart and images can be had" };
  return { kind: "offline", why: `nothing is taken from ${built.join(", ")}` };
}

/**
 * Settings of stack 2's `metricsServer`: the original chart where its archive can be had, else the lab's edition. Its image
 * is the same for both, a released one or the lab's own.
 */
export async function metricsServerSettings(
  sources: Sources,
  labCharts: () => Promise<LabCharts>,
): Promise<Readonly<Record<string, unknown>>> {
  if (isReleased(sources, ...metricsServerHosts)) return {};
  return { chart: { reference: (await labCharts()).metricsServer } };
}

/** Hosts of metrics-server's chart: of its list of versions, and of the archives that this names. */
const metricsServerHosts = ["kubernetes-sigs.github.io", "github.com"] as const satisfies SourceHost[];

/**
 * Settings of stack 2 for an edition, on top of Pulumi.lab.yaml's `perigee-workloads:monitoring`.
 * @param labCharts makes the offline edition's charts and returns their paths; the original needs none
 */
export async function editionSettings(
  edition: Edition,
  labCharts: () => Promise<LabCharts>,
): Promise<Readonly<Record<string, unknown>>> {
  if (edition.kind === "original") return {};
  const charts = await labCharts();
  const { stack = charts.stack, crds = charts.definitions } = edition.kind === "given" ? edition.charts : {};
  return { chart: { reference: stack }, crdsChart: { reference: crds } };
}
