/** examples/own-workload as a third stack: scraped, its alert fires, and it goes without a trace. */
import { strict as assert } from "node:assert";
import { join } from "node:path";
import { labEngine } from "../../lab/cli/labEngine";
import { type PulumiRun, runPulumi } from "../../lab/pulumi/engine/pulumi";
import { ensureStack, stackOptions } from "../../lab/pulumi/engine/stacks";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { eventually, kubectl } from "../support/lab/lab";
import { alerts, targets } from "../support/lab/prometheus";

const project = join(repositoryRoot, "examples/own-workload");

async function ownWorkload(command: "up" | "destroy", pointingErrorDegrees?: number): Promise<PulumiRun> {
  const options = { ...(await labEngine()), cwd: project };
  const config = {
    ...(pointingErrorDegrees !== undefined && {
      "perigee-own-workload:pointingErrorDegrees": pointingErrorDegrees,
    }),
  };
  const stack = await ensureStack(project, "lab", options, { config });
  const run = await runPulumi([command, "--yes", "--skip-preview", ...stackOptions(stack)], options);
  assert.equal(run.exitCode, 0, `${run.stdout}\n${run.stderr}`);
  return run;
}

const antennaAlerts = async (): Promise<string[]> =>
  (await alerts())
    .filter(({ labels, state }) => labels["alertname"]?.startsWith("Antenna") && state === "firing")
    .map(({ labels }) => labels["alertname"] ?? "");

describe("a workload of one's own", () => {
  it("is scraped under its Service's name", async () => {
    await ownWorkload("up");
    await eventually(
      "its target to be up",
      async () =>
        (await targets()).some(({ labels, health }) => labels["job"] === "antenna" && health === "up"),
      120,
    );
    await eventually("no alert of it", async () => (await antennaAlerts()).length === 0, 60);
  });

  it("has alerts of its own, which fire", async () => {
    await ownWorkload("up", 2);
    await eventually(
      "AntennaOffTarget",
      async () => (await antennaAlerts()).includes("AntennaOffTarget"),
      180,
    );
  });

  it("changes nothing the second time", async () => {
    const { summary } = (await ownWorkload("up", 2)).events;
    assert.deepEqual(Object.keys(summary), ["same"]);
  });

  it("is destroyed as a whole", async () => {
    await ownWorkload("destroy");
    assert.equal(await kubectl("get", "namespace", "antenna", "--ignore-not-found"), "");
  });
});
