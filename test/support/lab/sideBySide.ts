/**
 * All of the lab's tests, in two labs side by side: a lab waits most of its time, so that two take little longer than
 * one. The second has network, hosts file and processes of its own (a namespace of each), and its own state folder; cgroups
 * are told apart by their names.
 *
 *   tsx test/support/lab/sideBySide.ts      LABS=1: one lab, as where there is less memory
 */
import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { defaultKubernetesVersion } from "../../../infra/versions";
import { engineComponents } from "../../../lab/cli/labEngine";
import { memoryHere } from "../../../lab/cli/memory";
import { memoryGib } from "../../../lab/cli/requirements";
import { rememberSysctls, restoreSysctls, setSysctls } from "../../../lab/host/sysctls";
import { labSettings } from "../../../lab/settings";
import { prepareSupply } from "../../../lab/supply";
import { defaultContainerd } from "../../../lab/supply/containerd";
import { allBuilt } from "../../../lab/supply/sources";
import { repositoryRoot } from "../../../settings/repositoryRoot";
import { oldest } from "./upgrade";

const folder = "test/lab";

/** Files of the second lab, which begins with a `make up`. In the first one, `make up` is tested. */
const ofSecond = /^(4-[l-z]|6-)/;

/** Five machines at a time, and silences of seconds that are measured: these run alone, one after the other. */
const clusterOfThree = "7-controlPlanes.test.ts";
const upgradeOfThree = "9-upgradeOfThree.test.ts";

/**
 * Shell script: tests in a lab of their own, in namespaces of their own, with which all that runs of it ends. What an
 * earlier run left on disk goes first. (the arguments: the command of the tests)
 */
const secondLab = `
mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns
hosts=$(mktemp)
cat /etc/hosts >"$hosts"
mount --bind "$hosts" /etc/hosts
rm "$hosts"
ip link set lo up
lab() { tsx lab/cli/main.ts "$1"; }
lab down
lab up
status=0
"$@" || status=$?
lab down
exit "$status"`;
const namespaces = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

/** Lines of a command with a mark before each; what its last report counts. */
async function told(
  mark: string,
  command: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    ...{ cwd: repositoryRoot, env: { ...process.env, ...environment } },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let counted: Outcome | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      console.log(`${mark}${line}`);
      const [, passed, failed] = /^(\d+) passed, (\d+) failed/.exec(line) ?? [];
      if (passed !== undefined) counted = { passed: Number(passed), failed: Number(failed) };
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  const { passed, failed } = counted ?? { passed: 0, failed: 0 };
  return { passed, failed: code === 0 ? failed : Math.max(1, failed) };
}

const sum = (outcomes: readonly Outcome[]): Outcome => ({
  passed: outcomes.reduce((total, { passed }) => total + passed, 0),
  failed: outcomes.reduce((total, { failed }) => total + failed, 0),
});

/** Whether there is memory for two labs, and for what their tests add. */
async function areTwo(): Promise<boolean> {
  const { LABS: asked } = process.env;
  if (asked !== undefined) return asked !== "1";
  return (await memoryHere()).availableKiB >= 3 * memoryGib * 2 ** 20;
}

const mocha = (files: readonly string[]): string[] => [
  ...["mocha", "--config", `${folder}/.mocharc.json`],
  ...files.map((file) => `${folder}/${file}`),
];

const lab = (word: string): string[] => ["tsx", "lab/cli/main.ts", word];

async function all(): Promise<Outcome> {
  const files = (await readdir(join(repositoryRoot, folder))).filter((file) => file.endsWith(".test.ts"));
  if (!(await areTwo())) return told("", mocha(files));
  const second = files.filter((file) => ofSecond.test(file));
  const first = files.filter((file) => ![...second, clusterOfThree, upgradeOfThree].includes(file));
  // The second lab has no way out: it finds everything built.
  const demand = { sources: allBuilt, containerd: defaultContainerd };
  await prepareSupply(
    { ...demand, kubernetesVersions: [defaultKubernetesVersion, oldest] },
    (line) => console.log(line),
    await engineComponents(allBuilt),
  );
  // Of the whole host: neither lab puts them back under the other one.
  const found = await rememberSysctls();
  await setSysctls();
  let outcome = sum(
    await Promise.all([
      told("1 | ", mocha(first)),
      told("2 | ", ["unshare", ...namespaces, "sh", "-euc", secondLab, "sh", ...mocha(second)], {
        PERIGEE_LAB_STATE: `${labSettings().stateFolder}-2`,
      }),
    ]),
  );
  const alone = [lab("up"), mocha([clusterOfThree]), lab("down"), mocha([upgradeOfThree])];
  for (const step of alone) {
    // After a failure the first lab stays as it is.
    if (outcome.failed > 0) return outcome;
    outcome = sum([outcome, await told("1 | ", step)]);
  }
  await restoreSysctls(found);
  return outcome;
}

process.on("SIGINT", () => undefined); // for the tests, which end by themselves
void all().then(({ passed, failed }) => {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
});
