import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { parse } from "yaml";
import {
  app,
  chart,
  helm,
  kinds,
  kubectl,
  namespaceOf,
  overlay,
  pulumiObjects,
  selector,
} from "../../support/examples/app";
import { kubernetesProgram, TeamsCluster } from "../workloads/teamsCluster";

const run = promisify(execFile);
const isBuilt = [helm, kubectl, kubernetesProgram("kube-apiserver")].every((each) => each !== undefined);

/** Needs Helm and the API server that the lab runs: `make toolchain` builds them, `make up` too. */
(isBuilt ? describe : describe.skip)("examples/app in a team's namespaces on a real API server", function () {
  this.timeout(600_000);
  let cluster: TeamsCluster;
  let folder: string;
  let kubeconfig: string;
  before(async () => {
    const { config } = parse(await readFile(join(app, "workloads.yaml"), "utf8")) as {
      config: { "perigee-workloads:teams": object[] };
    };
    cluster = await TeamsCluster.up(config["perigee-workloads:teams"]);
    folder = await mkdtemp(join(tmpdir(), "perigee-app-"));
    kubeconfig = join(folder, "kubeconfig");
    await writeFile(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  });
  after(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true });
  });

  /** What kubectl says as a member of the group, warnings included. */
  async function asMember(group: string, ...args: string[]): Promise<string> {
    const person = ["--as", "ann", "--as-group", group];
    const { stdout, stderr } = await run(kubectl ?? "", ["--kubeconfig", kubeconfig, ...person, ...args]);
    return stdout + stderr;
  }
  async function helmAsMember(group: string, ...args: string[]): Promise<string> {
    const person = ["--kube-as-user", "ann", "--kube-as-group", group];
    const env = { HELM_DRIVER: group === "fd" ? "configmap" : "secret", HOME: folder };
    const { stdout, stderr } = await run(helm ?? "", ["--kubeconfig", kubeconfig, ...person, ...args], {
      env,
    });
    return stdout + stderr;
  }

  /** Kinds and names of what has the planner's label. */
  const labelled = async (namespace: string): Promise<string[]> =>
    (await asMember("fd-leads", "-n", namespace, "get", kinds, "-o", "name", "-l", selector))
      .split("\n")
      .filter((line) => line.includes("/"));
  const until = async (what: string, so: () => Promise<boolean>): Promise<void> => {
    for (const limit = Date.now() + 60_000; !(await so()); await sleep(500)) {
      assert.ok(Date.now() < limit, what);
    }
  };
  /** A pod is made: neither Pod Security nor the quota refused it. */
  const untilPod = (namespace: string): Promise<void> =>
    until("a pod", async () => (await labelled(namespace)).some((name) => name.startsWith("pod/")));
  const untilNothing = (namespace: string): Promise<void> =>
    until("nothing of it", async () => (await labelled(namespace)).length === 0);

  for (const environment of ["dev", "prod"] as const) {
    const namespace = namespaceOf(environment);
    const rightly = (said: string): void => assert.doesNotMatch(said, /warning|unchanged/i);

    it(`is an editor's to deploy by Kustomize in ${environment}, without a warning, and to take away`, async () => {
      rightly(await asMember("fd-leads", "apply", "-k", overlay(environment)));
      await untilPod(namespace);
      assert.match(await asMember("fd-leads", "diff", "-k", overlay(environment)), /^$/, "nothing to do");
      await asMember("fd-leads", "delete", "-k", overlay(environment));
      await untilNothing(namespace);
    });

    it(`is an editor's to deploy by Helm in ${environment}, without a warning, and to take away`, async () => {
      const release = ["planner", "-n", namespace];
      const values = ["--set", `environment=${environment}`];
      rightly(await helmAsMember("fd-leads", "upgrade", "--install", ...release, chart, ...values));
      await untilPod(namespace);
      await helmAsMember("fd-leads", "uninstall", ...release);
      await untilNothing(namespace);
    });

    it(`is what Pulumi makes in ${environment}, without a warning`, async () => {
      const file = join(folder, "objects.json");
      const items = await pulumiObjects(environment);
      await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
      rightly(await asMember("fd-leads", "apply", "-f", file));
      await untilPod(namespace);
      await asMember("fd-leads", "delete", "-f", file);
      await untilNothing(namespace);
    });
  }

  it("is a pipeline's to deploy without its own NetworkPolicy, as the README says", async () => {
    const release = ["planner", "-n", "flight-dynamics"];
    const install = ["upgrade", "--install", ...release, chart, "--set", "environment=prod"];
    await assert.rejects(helmAsMember("fd", ...install), /networkpolicies.*forbidden/i);
    const without = [...install, "--set", "networkPolicy=false"];
    await helmAsMember("fd", ...without);
    await untilPod("flight-dynamics");
    await helmAsMember("fd", "uninstall", ...release);
    await untilNothing("flight-dynamics");
  });
});
