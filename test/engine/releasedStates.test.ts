/** No version takes along what an earlier one made: `preview` on the states that released versions left. */
import assert from "node:assert/strict";
import { defaultKubernetesVersion } from "../../infra/versions";
import type { PulumiRun } from "../../lab/pulumi/engine/pulumi";
import { keptOutputs, keptSettings, releasedState, releasedVersions } from "../support/releasedStates";
import { TestStack } from "../support/testStack";
import { BothStacks } from "../support/workloads/bothStacks";

/** Operations that lose nothing. What exists in AWS is not even updated. */
const harmless = {
  aws: ["same", "read", "refresh", "create"],
  others: ["same", "read", "refresh", "create", "update"],
};

/** Changes of AWS that are meant, none of which a machine or a network feels: permissions, and protection. */
const intended: Readonly<Record<string, readonly string[]>> = {
  "0.1.0": [
    "update aws:ec2/instance:Instance ground-control-plane-1",
    "update aws:iam/role:Role network-flow-logs",
    "update aws:iam/rolePolicy:RolePolicy network-flow-logs",
    "delete aws:iam/rolePolicyAttachment:RolePolicyAttachment identity",
  ],
};

/** Objects of stack 2 that go, each for another one that has its content. */
const replaced: Readonly<Record<string, readonly string[]>> = {
  // Their names have a version since (docs/adr/0217).
  "0.1.0": ["delete kubernetes:core/v1:ConfigMap telemetry-dictionary"],
};

/** `replace aws:ec2/instance:Instance ground-steady-1` of everything that a preview would take along or touch. */
function losses(run: PulumiRun): string[] {
  assert.equal(run.exitCode, 0, `${run.stdout.slice(-4000)}\n${run.stderr}`);
  return run.events.resources
    .filter(({ kind }) => kind === "begun")
    .filter(
      ({ operation, type }) => !harmless[type.startsWith("aws:") ? "aws" : "others"].includes(operation),
    )
    .map(({ operation, type, name }) => `${operation} ${type} ${name}`);
}

for (const version of releasedVersions()) {
  describe(`stacks that Perigee ${version} made`, function () {
    this.timeout(240_000);

    it("keep every machine and network of stack 1 as they are", async () => {
      const stack = await TestStack.make();
      try {
        await stack.importState(releasedState(version, "infra"), keptSettings.infra);
        const found = losses(await stack.run("preview", keptSettings.infra)).sort();
        assert.deepEqual(found, [...(intended[version] ?? [])].sort());
      } finally {
        await stack.remove();
      }
    });

    it("keep every object and release of stack 2", async () => {
      const stacks = await BothStacks.make();
      try {
        await stacks.infra(keptOutputs(stacks.kubeconfig("kubeconfig-secret"), defaultKubernetesVersion));
        await stacks.importState(releasedState(version, "workloads"));
        const found = losses(await stacks.workloads("preview", keptSettings.workloads)).sort();
        assert.deepEqual(found, [...(replaced[version] ?? [])].sort());
      } finally {
        await stacks.remove();
      }
    });
  });
}
