/**
 * The engine is killed in the middle of stack 2, alone and with everything that it started: `up` converges, with no hand.
 * The moments are drawn; PERIGEE_SEED draws the same again, PERIGEE_KILLS more of them (each costs one to two minutes).
 */
import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { seededRandom } from "../../telemetry/simulator/random";
import { kubectl } from "../support/lab/lab";
import { query } from "../support/lab/prometheus";
import { killSettings } from "../support/lab/settings";
import { workloads, type WorkloadsChanges, workloadsSucceed } from "../support/lab/workloads";

const { kills, seed } = killSettings();
const random = seededRandom(seed);
const victims = ["the engine", "the engine and its plugins"] as const;
type Victim = (typeof victims)[number];

/** Settings that change Helm's values, objects and pods: another set each time. */
let round = 0;
const otherSettings = (): WorkloadsChanges => {
  round += 1;
  return {
    monitoring: { scrapeIntervalSeconds: 20 + (round % 10) },
    telemetry: { staleAfterPeriods: 6 + (round % 10) },
  };
};

describe(`stack 2, killed (PERIGEE_SEED=${seed})`, () => {
  const seconds = { install: 0, upgrade: 0 };
  before("an installation and an upgrade that nobody disturbs, to know how long they take", async () => {
    seconds.upgrade = (await workloadsSucceed("up", otherSettings())).seconds;
    await workloadsSucceed("destroy");
    seconds.install = (await workloadsSucceed("up")).seconds;
  });
  after(() => workloadsSucceed("up"));

  for (let index = 0; index < kills; index += 1) {
    const operation = index % 2 === 0 ? "upgrade" : "install";
    const victim: Victim = victims[Math.floor(index / 2) % 2] ?? "the engine";
    const share = 0.03 + 0.94 * random.next();
    const ring = index < 2 ? "" : " @all";
    it(`${victim} after ${Math.round(share * 100)} % of an ${operation}: up goes on, and then changes nothing${ring}`, async () => {
      const settings = operation === "install" ? {} : otherSettings();
      // One that had ended before the moment came was not killed: then earlier.
      for (let part = share; ; part /= 2) {
        if (operation === "install") await workloadsSucceed("destroy");
        if (await upKilled(settings, victim, part * seconds[operation] * 1000)) break;
        assert.ok(part > 0.01, "no run could be killed");
      }
      await workloadsSucceed("up", settings);
      await workloadsSucceed("preview", settings, "--expect-no-changes");
      await allIsWell();
    });
  }
});

/** @returns whether it was killed before it had ended */
async function upKilled(settings: WorkloadsChanges, victim: Victim, afterMs: number): Promise<boolean> {
  const over = new AbortController();
  const kill = async (engine: number): Promise<void> => {
    await sleep(afterMs, undefined, { signal: over.signal });
    const tree = victim === "the engine" ? [engine] : await withDescendants(engine);
    for (const pid of tree) kill9(pid);
  };
  let killed: Promise<void> = Promise.resolve();
  const onStart = (pid: number): void => {
    killed = kill(pid).catch(() => undefined); // it had ended before
  };
  const run = await workloads("up", { ...settings, onStart });
  over.abort();
  await killed;
  return run.exitCode === 255;
}

function kill9(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it has just ended
  }
}

/** A process and all that it started, itself first. */
async function withDescendants(root: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)("ps", ["-eo", "pid=,ppid="], { maxBuffer: 16 * 2 ** 20 });
  const all = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [root];
  for (const pid of found) {
    found.push(...all.flatMap(([child = 0, parent]) => (parent === pid && child > 0 ? [child] : [])));
  }
  return found;
}

/** Helm knows of no operation that has not ended, every workload is rolled out, and Prometheus scrapes the exporter. */
async function allIsWell(): Promise<void> {
  const labels = ["get", "secrets", "--all-namespaces", "-l", "owner=helm", "-o"];
  const statuses = await kubectl(...labels, "jsonpath={.items[*].metadata.labels.status}");
  assert.doesNotMatch(statuses, /pending|failed|uninstalling/);
  for (const namespace of ["monitoring", "telemetry", "kube-system"]) {
    // Not the pods: one that drains is not ready, and is on its way out.
    const workloadNames = await kubectl(
      "-n",
      namespace,
      "get",
      "deployments,statefulsets,daemonsets",
      "-o",
      "name",
    );
    for (const name of workloadNames.split("\n")) {
      await kubectl("-n", namespace, "rollout", "status", name, "--timeout=120s");
    }
  }
  const [up] = await query('up{job="perigee-telemetry"}');
  assert.equal(up?.metric["namespace"], "telemetry");
}
