/**
 * Supply of the lab's machines: their base tree, packages and images, built once, stored outside the tree, and served
 * on the gateway while the lab runs. It replaces pkgs.k8s.io, the image registries and Ubuntu's archive.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Progress } from "../progress";
import { type LabFolders, npmPrograms } from "../settings";
import { monitoringComponents, monitoringImages } from "./chart/images";
import { ensureImages } from "./images/build";
import { startRegistry } from "./images/registry";
import { ensureMachineImage } from "./machineImage/image";
import { ensurePackageRepository } from "./packages/repository";
import { archiveFiles, type MachineFile, servePackages, type Service } from "./packages/serve";
import { buildToolchain } from "./toolchain/build";
import { ensureViewer } from "./viewer/build";

/** Ports of a supply; the `mirrors` of Pulumi.lab.yaml use the same ports. */
const supplyPorts = { registry: 5000, packages: 8080 } as const;

/** A complete, built supply. Paths are absolute. */
export interface Supply {
  /** Root file system under the machines' own. */
  readonly baseTree: string;
  readonly packageRepository: string;
  readonly images: string;
}

export interface ServedSupply {
  /** Address of the first subnet's gateway. */
  readonly address: string;
  readonly folders: LabFolders;
}

/**
 * Builds what is missing. Needs root (the machines' base tree contains device nodes and other users' files).
 * @param kubernetesVersions full versions that machines may request, e.g. `1.36.3`
 */
export async function prepareSupply(
  kubernetesVersions: readonly string[],
  progress: Progress,
): Promise<Supply> {
  const baseTree = await ensureMachineImage(progress);
  const packageRepository = await ensurePackageRepository(kubernetesVersions, progress);
  const programs = await buildToolchain(monitoringComponents, progress);
  const viewer = await ensureViewer(progress);
  const monitoring = await monitoringImages(programs, join(npmPrograms, "node"), viewer);
  const images = await ensureImages(kubernetesVersions, progress, monitoring);
  return { baseTree, packageRepository, images };
}

/** Starts the two servers, which outlive this process; does nothing when they already run. */
export async function serveSupply(supply: Supply, served: ServedSupply, progress: Progress): Promise<void> {
  await servePackages(supply.packageRepository, service("packages", served), progress);
  await startRegistry(supply.images, service("registry", served), progress);
}

/** Files that every machine has before it boots, so that it installs Debian packages from the supply. */
export async function supplyFiles(supply: Supply, address: string): Promise<MachineFile[]> {
  const key = await readFile(join(supply.packageRepository, "debian", "Release.key"), "utf8");
  return archiveFiles(`http://${address}:${supplyPorts.packages}`, key);
}

function service(name: keyof typeof supplyPorts, { address, folders }: ServedSupply): Service {
  return { folders, name, listen: { address, port: supplyPorts[name] } };
}
