/**
 * Images of stack 2 in the lab, under the names in the lab's charts and settings: from Go modules, Debian's
 * Alertmanager, and the Node that npm installed, with the dashboard viewer and without.
 */
import { readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { defaultNodeImage } from "../../../workloads/config";
import { run } from "../../command";
import { debianPackageTree } from "../debianProgram";
import type { ImageDefinition, ImageFile } from "../images/definitions";
import { librariesOf } from "../images/nodeTools";
import { program, type Programs } from "../toolchain/build";
import type { ComponentName } from "../toolchain/components";
import type { BuiltViewer } from "../viewer/build";

/** Components to build for {@link monitoringImages}; helm, which is for the provider, is built separately. */
export const monitoringComponents: readonly ComponentName[] = [
  "prometheus",
  "prometheus-operator",
  "node-exporter",
];

/**
 * Images in addition to the cluster's own, for `ensureImages`.
 * @param node the pinned Node: `realpath node_modules/.bin/node`
 * @param viewer the built dashboard viewer
 */
export async function monitoringImages(
  programs: Programs,
  node: string,
  viewer: BuiltViewer,
): Promise<ImageDefinition[]> {
  const alone = await nodeImage(node);
  return [...operatorImages(programs), await alertmanagerImage(), alone, await viewerImage(alone, viewer)];
}

function operatorImages(programs: Programs): ImageDefinition[] {
  const single = (reference: string, name: string, target: string): ImageDefinition => ({
    reference,
    files: [{ source: program(programs, name), target }],
    entrypoint: [target],
  });
  const { operator, reloader, prometheus, nodeExporter } = references;
  return [
    single(operator, "prometheus-operator", "/bin/operator"),
    single(reloader, "prometheus-config-reloader", "/bin/prometheus-config-reloader"),
    single(prometheus, "prometheus", "/bin/prometheus"),
    single(nodeExporter, "node-exporter", "/bin/node_exporter"),
  ];
}

/** Image references, as in lab/supply/chart/kube-prometheus-stack/values.yaml; a test compares. */
export const references = {
  operator: "quay.io/prometheus-operator/prometheus-operator:v0.93.1",
  reloader: "quay.io/prometheus-operator/prometheus-config-reloader:v0.93.1",
  prometheus: "quay.io/prometheus/prometheus:v3.15.0",
  nodeExporter: "quay.io/prometheus/node-exporter:v1.12.1-distroless",
  alertmanager: "quay.io/prometheus/alertmanager:v0.25.0",
  viewer: "perigee.invalid/lab/dashboards:1",
} as const;

/** Debian's Alertmanager, with its templates: the release does not build from its module. */
async function alertmanagerImage(): Promise<ImageDefinition> {
  const tree = await debianPackageTree("prometheus-alertmanager", "prometheus-alertmanager");
  const binary = join(tree, "usr/bin/prometheus-alertmanager");
  return {
    reference: references.alertmanager,
    files: [
      { source: binary, target: "/bin/alertmanager" },
      ...(await filesBelow(tree, "usr/share/prometheus/alertmanager")),
      ...(await librariesFor(binary)),
    ],
    entrypoint: ["/bin/alertmanager"],
  };
}

async function nodeImage(node: string): Promise<ImageDefinition> {
  const binary = await realpath(node);
  return {
    reference: defaultNodeImage,
    files: [{ source: binary, target: "/usr/local/bin/node" }, ...(await librariesFor(binary))],
    entrypoint: ["/usr/local/bin/node"],
  };
}

/** Node with the viewer's server and page. */
async function viewerImage(node: ImageDefinition, { server, page }: BuiltViewer): Promise<ImageDefinition> {
  const pageFiles = (await filesBelow(page, "")).map(({ source, target }) => ({
    source,
    target: `${viewerFolder}/page${target}`,
  }));
  return {
    reference: references.viewer,
    files: [...node.files, { source: server, target: `${viewerFolder}/server.js` }, ...pageFiles],
    entrypoint: [...node.entrypoint, `${viewerFolder}/server.js`],
  };
}

/** Where the viewer is in its image; its server finds the page beside itself. */
const viewerFolder = "/viewer";

/** This machine's libraries that the program is linked with. */
async function librariesFor(binary: string): Promise<ImageFile[]> {
  const listed = await run("ldd", [binary]);
  return Promise.all(
    librariesOf(listed).map(async (path) => ({ source: await realpath(path), target: path })),
  );
}

async function filesBelow(tree: string, folder: string): Promise<ImageFile[]> {
  const entries = await readdir(join(tree, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((source) => ({ source, target: source.slice(tree.length) }))
    .sort((one, other) => one.target.localeCompare(other.target));
}
