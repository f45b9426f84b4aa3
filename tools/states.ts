/**
 * Keeps the states that this version's programs leave, for the test that a later version changes nothing of them:
 *   npm run states        writes test/states/<version>/; a step of a release (RELEASE.md)
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { defaultKubernetesVersion } from "../infra/versions";
import { perigeeVersion } from "../telemetry/version";
import { keptOutputs, keptSettings, statesFolder } from "../test/support/releasedStates";
import { TestStack } from "../test/support/testStack";
import { BothStacks } from "../test/support/workloads/bothStacks";

async function infraState(): Promise<string> {
  const stack = await TestStack.make();
  try {
    await stack.succeed("up", keptSettings.infra);
    return await stack.exportState();
  } finally {
    await stack.remove();
  }
}

async function workloadsState(): Promise<string> {
  const stacks = await BothStacks.make();
  try {
    await stacks.infra(keptOutputs(stacks.kubeconfig("kubeconfig-secret"), defaultKubernetesVersion));
    const run = await stacks.workloads("up", keptSettings.workloads);
    if (run.exitCode !== 0) throw new Error(`${run.stdout}\n${run.stderr}`);
    return await stacks.exportState();
  } finally {
    await stacks.remove();
  }
}

async function main(): Promise<void> {
  const folder = join(statesFolder, perigeeVersion());
  mkdirSync(folder, { recursive: true });
  for (const [project, state] of [
    ["infra", infraState],
    ["workloads", workloadsState],
  ] as const) {
    const file = join(folder, `${project}.json.gz`);
    writeFileSync(file, gzipSync(await state(), { level: 9 }));
    console.log(file);
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
