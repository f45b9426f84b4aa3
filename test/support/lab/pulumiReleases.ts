/** What get.pulumi.com gives out, made of the lab's own parts: the CLI that it builds, and its stand-ins for plugins. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import commandPackage from "@pulumi/command/package.json";
import kubernetesPackage from "@pulumi/kubernetes/package.json";
import { run } from "../../../lab/command";
import { releasedVersion } from "../../../lab/pulumi/engine/releasedCli";
import { standIns } from "../../../lab/pulumi/engine/standIns";
import { buildToolchain, program } from "../../../lab/supply/toolchain/build";

const silent = (): void => undefined;

/** Writes the archives of the CLI and of the plugins below `root`, at the paths of their URLs. */
export async function writePulumiReleases(root: string): Promise<void> {
  await mkdir(join(root, "releases/sdk"), { recursive: true });
  await mkdir(join(root, "releases/plugins"), { recursive: true });
  const work = await mkdtemp(join(tmpdir(), "perigee-releases-"));
  try {
    await writeCli(root, work);
    await writePlugins(root, work);
  } finally {
    await rm(work, { recursive: true });
  }
}

/** The built CLI in the archive of the released one, with its version and the language host. */
async function writeCli(root: string, work: string): Promise<void> {
  const built = program(await buildToolchain(["pulumi"], silent), "pulumi");
  await mkdir(join(work, "pulumi"));
  await script(
    join(work, "pulumi", "pulumi"),
    `[ "$1" = version ] && exec echo v${releasedVersion}\nexec ${built} "$@"`,
  );
  const host = "pulumi-language-nodejs";
  await script(join(work, "pulumi", host), `exec ${join(standIns.nodejs, host)} "$@"`);
  await archive(join(root, `releases/sdk/pulumi-v${releasedVersion}-linux-x64.tar.gz`), work, "pulumi");
}

/** The stand-ins in the archives of the released plugins. */
async function writePlugins(root: string, work: string): Promise<void> {
  const helm = program(await buildToolchain(["helm"], silent), "helm");
  for (const [name, { version }] of [
    ["command", commandPackage],
    ["kubernetes", kubernetesPackage],
  ] as const) {
    const file = `pulumi-resource-${name}`;
    await script(join(work, file), `PERIGEE_LAB_HELM=${helm} exec ${join(standIns[name], file)} "$@"`);
    await archive(join(root, `releases/plugins/${file}-v${version}-linux-amd64.tar.gz`), work, file);
  }
}

async function archive(file: string, folder: string, name: string): Promise<void> {
  await run("tar", ["--create", "--gzip", "--file", file, "--directory", folder, name]);
}

async function script(file: string, text: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${text}\n`);
  await chmod(file, 0o755);
}
