/** Signed apt repositories of the lab: one per minor version of Kubernetes, one of Debian's packages, one of containerd. */
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { minorOf } from "../../../infra/versions";
import { run } from "../../command";
import type { Progress } from "../../progress";
import { plainEnvironment } from "../../settings";
import { ensureCacheEntry } from "../cacheEntry";
import { builtContainerd, type ContainerdSeries } from "../containerd";
import { contentHash, folderContents } from "../contentHash";
import { ensureMachineImageParts, machineImageKey } from "../machineImage/image";
import { buildToolchain, type Programs } from "../toolchain/build";
import { type ComponentName, kubernetesComponent } from "../toolchain/components";
import { buildPackage } from "./buildPackage";
import { containerdPackage, controlFile, type DebianPackage, kubernetesPackages } from "./definitions";
import { ensureSigningKey, type SigningKey, signRelease } from "./signing";

/**
 * Ensures that the package repository for these Kubernetes versions exists and returns its root folder, to be served
 * as it is: `v1.36/deb/` in the layout of pkgs.k8s.io for each minor version, `debian/` with the Debian packages
 * for machines, and `containerd/` where that is not Debian's. All flat, all signed with one key, which each contains as `Release.key`.
 */
export async function ensurePackageRepository(
  { versions, containerd }: PackageDemand,
  progress: Progress,
): Promise<string> {
  const image = await ensureMachineImageParts(progress);
  const programs = await buildToolchain(packageComponents({ versions, containerd }), progress);
  const signing = await ensureSigningKey(progress);
  const packages = new Map(versions.map((version) => [version, kubernetesPackages(version, programs)]));
  const runtime = builtContainerd(containerd) ? [containerdPackage(programs)] : [];
  return ensureCacheEntry({
    name: "packages",
    key: await repositoryKey([...[...packages.values()].flat(), ...runtime], programs, signing),
    onlyHere: true, // signed with this machine's key: no other machine would ask for it
    progress,
    build: async (root) => {
      for (const [version, definitions] of packages) {
        progress(`packages: Kubernetes ${version}`);
        const folder = join(root, `v${minorOf(version)}`, "deb");
        await mkdir(folder, { recursive: true });
        for (const definition of definitions) await buildPackage(definition, folder);
      }
      for (const definition of runtime) {
        await mkdir(join(root, definition.name));
        await buildPackage(definition, join(root, definition.name));
      }
      progress("packages: signing the repositories");
      for (const { name } of runtime) await index(join(root, name), signing);
      for (const minor of new Set(versions.map(minorOf))) {
        await index(join(root, `v${minor}`, "deb"), signing);
      }
      await copyFolder(image.publishedPackages, join(root, "debian"));
      await index(join(root, "debian"), signing);
    },
  });
}

/** What machines install from the lab's own packages. */
export interface PackageDemand {
  /** Full versions of Kubernetes. */
  readonly versions: readonly string[];
  readonly containerd: ContainerdSeries;
}

/** Components that these packages contain. */
export function packageComponents({ versions, containerd }: PackageDemand): ComponentName[] {
  const kubernetes: ComponentName[] =
    versions.length === 0 ? [] : [...versions.map(kubernetesComponent), "cni-plugins", "crictl"];
  return builtContainerd(containerd) ? [...kubernetes, "containerd"] : kubernetes;
}

async function repositoryKey(
  definitions: DebianPackage[],
  programs: Programs,
  signing: SigningKey,
): Promise<string> {
  return contentHash({
    ...(await folderContents(__dirname, (path) => !path.endsWith(".ts"))),
    ":control": definitions.map((definition) => controlFile(definition, 0)).join("\n"),
    ":files": JSON.stringify(
      definitions.map(({ files, folders }) => [files.map(({ target, mode }) => [target, mode]), folders]),
    ),
    ":programs": JSON.stringify(programs), // their paths contain the hashes of their inputs
    ":image": await machineImageKey(),
    ":key": signing.fingerprint,
  });
}

/** Writes a flat repository's index and signs it. */
async function index(folder: string, signing: SigningKey): Promise<void> {
  const options = { cwd: folder, env: plainEnvironment() };
  const packages = await run("apt-ftparchive", ["packages", "."], options);
  await writeFile(join(folder, "Packages"), packages);
  await writeFile(join(folder, "Packages.gz"), gzipSync(packages));
  const about = ["Origin=Perigee lab", "Label=Perigee lab", "Architectures=amd64"];
  const settings = about.flatMap((setting) => ["-o", `APT::FTPArchive::Release::${setting}`]);
  await writeFile(
    join(folder, "Release"),
    await run("apt-ftparchive", [...settings, "release", "."], options),
  );
  await signRelease(signing, folder);
}

async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const name of await readdir(from)) await copyFile(join(from, name), join(to, name));
}
