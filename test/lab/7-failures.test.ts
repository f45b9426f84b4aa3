/** Machines die and reboot; what was lost is restored as the runbook says. */
import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { answers, echoOnBoth, echoService, get, removeEcho } from "../support/lab/echo";
import {
  clusterDns,
  controlPlane,
  engineSucceeds,
  eventually,
  killMachine,
  kubectl,
  node,
  ssh,
  worker,
} from "../support/lab/lab";
import { failedRuleGroups } from "../support/lab/prometheus";

describe("the rules", () => {
  it("were all evaluated without a failure, through all that was done to cluster and machines so far", async () => {
    assert.deepEqual(await failedRuleGroups(), []);
  });
});

describe("a worker whose machine is killed from outside", () => {
  it("is replaced by refresh and up, and its old Node is gone", async () => {
    const uid = await kubectl("get", "node", worker, "-o", "jsonpath={.metadata.uid}");
    const before = await killMachine(worker);

    await engineSucceeds("refresh");
    await engineSucceeds("up");

    const now = await node(worker);
    assert.notEqual(now.instanceId, before);
    await kubectl("wait", `node/${worker}`, "--for=condition=Ready", "--timeout=60s");
    assert.notEqual(await kubectl("get", "node", worker, "-o", "jsonpath={.metadata.uid}"), uid);
    assert.equal(
      await kubectl("get", "node", worker, "-o", "jsonpath={.spec.providerID}"),
      `aws:///lab-local-1a/${now.instanceId}`,
    );
  });
});

describe("a control plane that reboots", () => {
  it("comes back by itself, with the same cluster", async () => {
    const uid = await kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}");
    const boot = await ssh(controlPlane, "stat -c %Y /proc/1");
    await ssh(controlPlane, "systemctl --no-block reboot").catch(() => undefined);
    await eventually(
      "the machine to have rebooted",
      async () => (await ssh(controlPlane, "stat -c %Y /proc/1")) !== boot,
    );
    await eventually(
      "the API server to answer",
      async () => (await kubectl("get", "--raw", "/readyz")) === "ok",
      300,
    );
    assert.equal(await kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"), uid);
    await kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=180s");
    await clusterDns(180);
  });

  it("needs nothing done: up changes nothing", async () => {
    await engineSucceeds("preview", {}, "--expect-no-changes");
  });
});

describe("a backup, taken and restored as the runbook says", () => {
  const precious = ["-n", "default", "secret/precious"];
  const kept = async (): Promise<string> =>
    kubectl("get", ...precious, "-o", "jsonpath={.data.word}").catch(() => "");
  after(removeEcho);

  it("brings back what was deleted since", async () => {
    await kubectl("-n", "default", "create", "secret", "generic", "precious", "--from-literal=word=apogee");
    await ssh(controlPlane, await runbook("backup"));
    await kubectl("delete", ...precious);
    await ssh(controlPlane, await runbook("restore"));
    await eventually("the secret to be back", async () => (await kept()) === btoa("apogee"), 180);
  });

  it("leaves a cluster that works: nodes are Ready, new pods start, a new Service answers", async () => {
    await kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=180s");
    await echoOnBoth(180, echoService("echo-cp"));
    await answers(() => get("echo-worker", "http://echo-cp:8080/get"), "echo-cp", 60);
    await kubectl("delete", ...precious);
    await engineSucceeds("preview", {}, "--expect-no-changes");
  });
});

/** A block of commands of the runbook, as it stands there. */
async function runbook(name: string): Promise<string> {
  const text = await readFile(join(repositoryRoot, "docs/runbook.md"), "utf8");
  const block = new RegExp(`<!-- lab: ${name} -->\n+\`\`\`sh\n([^]*?)\`\`\``).exec(text)?.[1];
  assert.ok(block !== undefined, `docs/runbook.md has no block of commands marked "lab: ${name}"`);
  return `set -euo pipefail\n${block}`;
}
