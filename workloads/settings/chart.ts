/** Settings of a Helm chart: where it comes from, and its version. */
import { accepted, matching, url } from "../../settings/kinds";
import { strictObject } from "../../settings/load";
import { type Reason, repositoryProblem } from "../../settings/url";

interface TestedChart {
  readonly reference: string;
  /** Chart repository, where the reference is a name. */
  readonly repository?: string;
  readonly version: string;
  /** Tag of the image, where it is not the chart's own. */
  readonly release?: string;
}

/** Charts, in the versions that their values are tested with. The CRDs' is the operator's of the stack's chart. */
export const testedCharts = {
  stack: { reference: "oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack", version: "88.5.3" },
  definitions: {
    reference: "oci://ghcr.io/prometheus-community/charts/prometheus-operator-crds",
    version: "31.0.1",
  },
  metricsServer: {
    reference: "metrics-server",
    repository: "https://kubernetes-sigs.github.io/metrics-server",
    version: "3.13.1",
    // Newer than the chart's own 0.8.1; the one that is tested (docs/adr/0207).
    release: "v0.9.0",
  },
} as const satisfies Record<string, TestedChart>;

/** What a chart's reference is: an `oci://` reference, the path of an archive or folder, or a name in a repository. */
export function kindOfReference(reference: string): "oci" | "path" | "name" {
  if (reference.startsWith("oci://")) return "oci";
  return /^[./]/.test(reference) || reference.endsWith(".tgz") ? "path" : "name";
}

/** Reason why Helm would not take a chart's reference. */
function chartProblem(text: string): Reason {
  if (kindOfReference(text) !== "oci") {
    return /^([./]\S*|[a-z0-9-]+|[\w.-]+\.tgz)$/.test(text) ? undefined : "it is none of these";
  }
  const name = text.slice("oci://".length);
  return /[^/]*[:@][^/]*$/.test(name.slice(name.indexOf("/")))
    ? "no tag or digest: say the version as `version`"
    : repositoryProblem(name);
}

/** Settings of one chart; by default the tested one. */
export function chart({ reference, repository, version }: TestedChart) {
  return strictObject({
    reference: accepted(
      chartProblem,
      "an oci:// reference, a chart's name (with `repository`), or the path of a chart archive or folder",
    )
      .default(reference)
      .describe("An `oci://` reference, a name in `repository`, or the path of an archive or folder."),
    repository: (repository === undefined ? url.optional() : url.default(repository)).describe(
      "URL of the chart repository; needed where the reference is a name, ignored where it is not.",
    ),
    version: matching(/^\d+\.\d+\.\d+(-[\w.]+)?$/, `an exact version, such as ${version}`)
      .default(version)
      .describe("Exact version; ignored where the reference is a path."),
  });
}

export interface ChartSettings {
  readonly reference: string;
  readonly repository?: string | undefined;
  readonly version: string;
}
