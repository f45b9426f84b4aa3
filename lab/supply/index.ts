/**
 * Supply of the lab's machines: their base tree, packages and images, built once, stored outside the tree, and served
 * on the gateway while the lab runs. It replaces pkgs.k8s.io, the image registries and Ubuntu's archive.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Progress } from "../progress";
import { type LabFolders, npmPrograms } from "../settings";
import { monitoringHosts, monitoringImages, operatorImages } from "./chart/images";
import { builtContainerd, type ContainerdSeries } from "./containerd";
import { ensureImages } from "./images/build";
import {
  clusterImages,
  componentsIn,
  type ImageDefinition,
  imagesToBuild,
  programNames,
  wheelsIn,
} from "./images/definitions";
import { startRegistry } from "./images/registry";
import { ensureMachineImage } from "./machineImage/image";
import { ensurePackageRepository, packageComponents, type PackageDemand } from "./packages/repository";
import { archiveFiles, type MachineFile, servePackages, type Service } from "./packages/serve";
import { ensurePrometheusPage } from "./prometheusPage/build";
import { isReleased, type Sources } from "./sources";
import { buildToolchain, type Programs } from "./toolchain/build";
import type { ComponentName } from "./toolchain/components";
import { ensureWheels } from "./toolchain/wheels";
import { ensureViewer } from "./viewer/build";

/** Ports of a supply; the `mirrors` of Pulumi.lab.yaml use the same ports. */
const supplyPorts = { registry: 5000, packages: 8080 } as const;

/** A complete supply. Paths are absolute. */
export interface Supply {
  /** Root file system under the machines' own. */
  readonly baseTree: string;
  readonly packageRepository: string;
  readonly containerd: ContainerdSeries;
  /** The image registry's storage; undefined when every image is a released one. */
  readonly images: string | undefined;
}

/** What a supply is for. */
export interface Demand {
  /** Full versions that machines may request, e.g. `1.36.3`. */
  readonly kubernetesVersions: readonly string[];
  readonly sources: Sources;
  readonly containerd: ContainerdSeries;
}

export interface ServedSupply {
  /** Address of the first subnet's gateway. */
  readonly address: string;
  readonly folders: LabFolders;
}

/**
 * Builds what is missing. Needs root (the machines' base tree contains device nodes and other users' files).
 * @param more components that the caller will ask for
 */
export async function prepareSupply(
  demand: Demand,
  progress: Progress,
  more: readonly ComponentName[] = [],
): Promise<Supply> {
  const portable = await portableSupply(demand, progress, more);
  return {
    ...portable,
    packageRepository: await ensurePackageRepository(packagesOf(demand), progress),
    containerd: demand.containerd,
  };
}

/** Builds the part of a supply that is the same on every machine: all but what is signed with this machine's key. */
export async function portableSupply(
  demand: Demand,
  progress: Progress,
  more: readonly ComponentName[],
): Promise<Omit<Supply, "packageRepository" | "containerd">> {
  // All of them here, in one list, so that it can say how long they take; the parts below find them built.
  const programs = await buildToolchain([...supplyComponents(demand), ...more], progress);
  const baseTree = await ensureMachineImage(progress);
  // The programs of released images have only their names: these images are left out.
  const wheels = await ensureWheels(wheelsIn(builtImages(demand)), progress);
  const all = { ...programNames, ...programs, ...wheels };
  const monitoring = isReleased(demand.sources, ...monitoringHosts)
    ? []
    : await builtMonitoring(all, progress);
  const images = imagesToBuild([...clusterImagesOf(demand, all), ...monitoring], demand.sources);
  return { baseTree, images: images.length === 0 ? undefined : await ensureImages(images, progress) };
}

async function builtMonitoring(programs: Programs, progress: Progress): Promise<ImageDefinition[]> {
  const page = await ensurePrometheusPage(progress);
  const viewer = await ensureViewer(progress);
  return monitoringImages({ programs, page, viewer, node: join(npmPrograms, "node") });
}

/** Components of everything that {@link prepareSupply} makes: none when all of it is released. */
export function supplyComponents(demand: Demand): ComponentName[] {
  const images = builtImages(demand);
  const publisher: ComponentName[] = images.length === 0 ? [] : ["crane"];
  return [...packageComponents(packagesOf(demand)), ...componentsIn(images), ...publisher];
}

/** Images that are no released ones, with the programs' names for their paths. */
function builtImages(demand: Demand): readonly ImageDefinition[] {
  const all = [...clusterImagesOf(demand, programNames), ...operatorImages(programNames)];
  return imagesToBuild(all, demand.sources);
}

/** Packages that the lab makes itself. */
function packagesOf({ kubernetesVersions, sources, containerd }: Demand): PackageDemand {
  return { versions: isReleased(sources, "pkgs.k8s.io") ? [] : kubernetesVersions, containerd };
}

function clusterImagesOf({ kubernetesVersions }: Demand, programs: Programs): ImageDefinition[] {
  return kubernetesVersions.flatMap((version) => clusterImages(version, programs));
}

/** Starts the servers, which outlive this process; does nothing when they already run. */
export async function serveSupply(supply: Supply, served: ServedSupply, progress: Progress): Promise<void> {
  await servePackages(supply.packageRepository, service("packages", served));
  if (supply.images === undefined) return;
  await startRegistry(supply.images, service("registry", served), progress);
}

/** Certificates (PEM) that machines trust besides Debian's. */
export interface Authorities {
  /** Of what the lab serves in AWS' place. */
  readonly lab: string;
  /** Of the operator's own, where a proxy opens TLS. */
  readonly operator: string | undefined;
}

/** Files that every machine has before it boots, so that it installs Debian packages from the supply. */
export async function supplyFiles(
  supply: Supply,
  address: string,
  authorities: Authorities,
): Promise<MachineFile[]> {
  const key = await readFile(join(supply.packageRepository, "debian", "Release.key"), "utf8");
  const folders = builtContainerd(supply.containerd) ? ["debian", "containerd"] : ["debian"];
  const archive = archiveFiles(`http://${address}:${supplyPorts.packages}`, key, folders);
  return [...archive, ...(await trustFiles(supply, authorities))];
}

/** The authorities as `update-ca-certificates` puts them, and where it looks for them when a package calls it. */
async function trustFiles(supply: Supply, { lab, operator }: Authorities): Promise<MachineFile[]> {
  const bundle = "/etc/ssl/certs/ca-certificates.crt";
  const debians = await readFile(join(supply.baseTree, bundle), "utf8");
  const own = Object.entries({ "perigee-lab": lab, operator }).filter(([, pem]) => pem !== undefined);
  return [
    { path: bundle, content: [debians, ...own.map(([, pem]) => pem ?? "")].map(line).join("") },
    ...own.map(([name, pem]) => ({
      path: `/usr/local/share/ca-certificates/${name}.crt`,
      content: line(pem ?? ""),
    })),
  ];
}

const line = (text: string): string => `${text.trimEnd()}\n`;

function service(name: keyof typeof supplyPorts, { address, folders }: ServedSupply): Service {
  return { folders, name, listen: { address, port: supplyPorts[name] } };
}
