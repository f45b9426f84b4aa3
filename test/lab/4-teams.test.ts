/** A team of the settings: its pipeline deploys, its people may what their role says, and it goes without its namespace. */
import { strict as assert } from "node:assert";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultNodeImage } from "../../workloads/config";
import { kubectl } from "../support/lab/lab";
import { type WorkloadsChanges, workloadsSucceed } from "../support/lab/workloads";

const team = "payload";
const of = ["-n", team] as const;
const settings: WorkloadsChanges = {
  more: {
    teams: [
      {
        name: team,
        groups: { deploy: ["payload-people"], edit: ["payload-leads"] },
        quota: { cpu: 1, memoryGiB: 1, memoryLimitGiB: 2, pods: 3 },
      },
    ],
  },
};

const labels = { app: "camera" };

/** What the level `restricted` asks for; it says nothing of resources. */
const camera = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "camera" },
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name: "camera",
            image: defaultNodeImage,
            command: ["node", "-e", "setInterval(() => {}, 1000)"],
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          },
        ],
      },
    },
  },
};

/** What kubectl says of a command that must fail. */
const refusal = (...args: string[]): Promise<string> =>
  kubectl(...args).then(
    (said) => assert.fail(`it was done: ${said}`),
    (error: unknown) => String(error),
  );

const mayDo = async (group: string, verb: string, resource: string, namespace: string): Promise<string> =>
  kubectl(
    "auth",
    "can-i",
    verb,
    ...resource.split(" "),
    "-n",
    namespace,
    "--as",
    "ann",
    "--as-group",
    group,
  ).catch(() => "no");

describe("a team @all", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-lab-test-"));
  });
  after(async () => {
    await workloadsSucceed("up");
    await kubectl("delete", "namespace", team, "--ignore-not-found", "--timeout=120s");
  });

  const file = async (name: string, content: object): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, JSON.stringify(content), { mode: 0o600 });
    return path;
  };

  /** Arguments with the kubeconfig of the pipeline: the cluster's, and a token in place of every other credential. */
  async function asPipeline(): Promise<string[]> {
    const token = await kubectl("create", "token", "pipeline", ...of, "--duration=1h");
    const shown = await kubectl("config", "view", "--raw", "-o", "json");
    const config = JSON.parse(shown) as { users: { name: string; user: object }[] };
    const users = config.users.map(({ name }) => ({ name, user: { token } }));
    return ["--kubeconfig", await file("pipeline.json", { ...config, users })];
  }

  it("comes with the settings, and nothing changes the second time", async () => {
    await workloadsSucceed("up", settings);
    const { summary } = (await workloadsSucceed("up", settings)).events;
    assert.deepEqual(Object.keys(summary), ["same"]);
  });

  it("deploys by its pipeline's token, within what a container gets that asks for nothing", async () => {
    const pipeline = await asPipeline();
    await kubectl(...pipeline, "apply", ...of, "-f", await file("camera.json", camera));
    await kubectl(...of, "rollout", "status", "deployment/camera", "--timeout=180s");
    const limits = await kubectl(
      ...[...of, "get", "pods", "-l", "app=camera"],
      ...["-o", "jsonpath={.items[0].spec.containers[0].resources}"],
    );
    const { requests, limits: most } = JSON.parse(limits) as Record<string, Record<string, string>>;
    assert.ok(requests?.["cpu"] && requests["memory"] && most?.["memory"], limits);
    assert.match(await refusal(...pipeline, ...of, "get", "secrets"), /Forbidden/i);
    assert.match(await refusal(...pipeline, "-n", "monitoring", "get", "pods"), /Forbidden/i);
  });

  it("may what its groups' roles say, and nothing anywhere else", async () => {
    const asked = [
      ["payload-people", "create", "deployments", team, "yes"],
      ["payload-people", "get", "secrets", team, "no"],
      ["payload-people", "create", "pods --subresource=exec", team, "no"],
      ["payload-leads", "get", "secrets", team, "yes"],
      ["payload-leads", "delete", "resourcequotas", team, "no"],
      ["payload-leads", "get", "pods", "telemetry", "no"],
      ["somebody-else", "get", "pods", team, "no"],
    ] as const;
    for (const [group, verb, resource, namespace, wanted] of asked) {
      const found = await mayDo(group, verb, resource, namespace);
      assert.equal(found.split("\n").at(-1), wanted, `${group} ${verb} ${resource} ${namespace}`);
    }
  });

  it("cannot have a privileged pod, nor more pods than its quota", async () => {
    const privileged = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "root" },
      spec: {
        containers: [{ name: "root", image: defaultNodeImage, securityContext: { privileged: true } }],
      },
    };
    const made = ["apply", ...of, "-f", await file("root.json", privileged)];
    assert.match(await refusal(...made), /violates PodSecurity "restricted/);
    await kubectl(...of, "scale", "deployment/camera", "--replicas=5");
    const path = "jsonpath={.status.conditions[?(@.type=='ReplicaFailure')].message}";
    await kubectl(...of, "wait", "deployment/camera", "--for=condition=ReplicaFailure", "--timeout=60s");
    assert.match(await kubectl(...of, "get", "deployment", "camera", "-o", path), /exceeded quota/);
  });

  it("loses its way in when it leaves the settings, and nothing that is in its namespace", async () => {
    await workloadsSucceed("up");
    assert.equal((await mayDo("payload-leads", "get", "pods", team)).split("\n").at(-1), "no");
    assert.match(await kubectl(...of, "get", "deployment", "camera", "-o", "name"), /camera/);
  });
});
