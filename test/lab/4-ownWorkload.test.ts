/** examples/own-workload as a third stack: scraped, its alert fires, and it goes without a trace. */
import { strict as assert } from "node:assert";
import { join } from "node:path";
import type { PulumiRun } from "../../lab/pulumi/engine/pulumi";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { eventually, kubectl, runOnStack, succeeded } from "../support/lab/lab";
import { alerts, targets } from "../support/lab/prometheus";

const project = join(repositoryRoot, "examples/own-workload");

async function ownWorkload(command: "up" | "destroy", pointingErrorDegrees?: number): Promise<PulumiRun> {
  const config = {
    ...(pointingErrorDegrees !== undefined && {
      "perigee-own-workload:pointingErrorDegrees": pointingErrorDegrees,
    }),
  };
  return succeeded(command, await runOnStack(command, { project, settings: { config } }));
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
