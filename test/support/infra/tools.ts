/** Programs that a test uses when they are available. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const toolchain = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "perigee", "toolchain");

export function onPath(program: string): boolean {
  return spawnSync("sh", ["-c", 'command -v "$1"', "sh", program]).status === 0;
}

/** The kubeadm of a Kubernetes version: the one on PATH, or one that the lab has built. */
export function kubeadmOf(version: string): string | undefined {
  const minor = version.split(".").slice(0, 2).join(".");
  const built = folders(join(toolchain, `kubernetes-${minor}`)).map((folder) =>
    join(folder, "bin", "kubeadm"),
  );
  return ["kubeadm", ...built].find((candidate) => versionOf(candidate) === `v${version}`);
}

function versionOf(kubeadm: string): string | undefined {
  if (kubeadm.includes("/") && !existsSync(kubeadm)) return undefined;
  const said = spawnSync(kubeadm, ["version", "-o", "short"], { encoding: "utf8" });
  return said.status === 0 ? said.stdout.trim() : undefined;
}

function folders(above: string): string[] {
  return existsSync(above) ? readdirSync(above).map((name) => join(above, name)) : [];
}
