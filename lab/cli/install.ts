/** Preparation of this machine: missing packages and kernel modules, for `make up` or as a command. */
import { run } from "../command";
import { type LabFolders, labFolders, labSettings } from "../settings";
import type { Sources } from "../supply/sources";
import { command, say } from "./command";
import { type LabConfig, labConfig } from "./labConfig";
import { preflight, printPreflight, saySizes } from "./preflight";
import { aptEnvironment } from "./settings";

export const installCommand = command({
  name: "install",
  summary: "install the packages that the lab needs (Debian, Ubuntu), and nothing else",
  description: `Checks this machine as \`make up\` does, and installs the packages that are missing, on Debian and Ubuntu. Needs root.`,
  run: async () =>
    (await ready(labFolders(labSettings().stateFolder), await labConfig())) === undefined ? 1 : 0,
});

/**
 * Prepares this machine. While there is a problem, nothing changes; otherwise missing packages are installed, and the
 * checks that need them run.
 * @returns the sources of the lab's parts when it is ready; otherwise the reasons have been printed
 */
export async function ready(folders: LabFolders, config: LabConfig): Promise<Sources | undefined> {
  const first = await preflight(folders, config);
  saySizes(first);
  if (first.problems.length > 0) {
    printPreflight(first);
    return undefined;
  }
  const packages = first.packagesToInstall;
  if (packages.length > 0) await installPackages(packages);
  await loadModules();
  const second = packages.length > 0 ? await preflight(folders, config) : first;
  if (second.problems.length === 0 && second.packagesToInstall.length === 0) return second.sources;
  printPreflight(second);
  return undefined;
}

async function installPackages(packages: readonly string[]): Promise<void> {
  say(`installing packages: ${packages.join(" ")}`);
  const env = aptEnvironment();
  const install = ["install", "--yes", "--quiet", "--no-install-recommends", ...packages];
  // The package lists may be old or missing: they are updated only when the installation fails.
  await run("apt-get", install, { env }).catch(async () => {
    await run("apt-get", ["update", "--quiet"], { env });
    await run("apt-get", install, { env });
  });
}

/** Loads modules that the kernel does not load on first use; harmless where they are built in. */
async function loadModules(): Promise<void> {
  for (const name of ["overlay", "br_netfilter", "loop"]) {
    await run("modprobe", ["--quiet", name]).catch(() => undefined);
  }
}
