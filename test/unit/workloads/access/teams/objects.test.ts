import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Document, isScalar, visit } from "yaml";
import { stackLabel } from "../../../../../contract/stackLabel";
import { clusterProblems } from "../../../../../workloads/access/teams/clusterCheck";
import { guards } from "../../../../../workloads/access/teams/guards";
import { team } from "../../../../../workloads/access/teams/settings";
import { matchesGolden } from "../../../../golden";
import { kubeconfigOf } from "../../../../support/workloads/kubeconfig";
import { deploy, type Deployment, type RecordedResource } from "../../../../support/workloads/mocks";
import { flightDynamics, payload, twoTeams } from "../../../../support/workloads/teams/examples";

/** An API server with nothing on it. */
class EmptyCluster {
  asked = 0;
  private readonly server: Server = createServer((_request, response) => {
    this.asked += 1;
    response.writeHead(404, { "content-type": "application/json" }).end("{}");
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  get kubeconfig(): string {
    return kubeconfigOf(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}`, "secret");
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

const keyOf = ({ type, name }: RecordedResource): string => `${type} ${name}`;

/** An object as YAML, lists of words on one line. */
function textOf({ name, inputs }: RecordedResource): string {
  const { apiVersion, kind, metadata, ...rest } = inputs;
  const document = new Document({ apiVersion, kind, metadata, ...rest });
  visit(document, {
    Seq: (_key, list) => {
      if (list.items.every(isScalar)) list.flow = true;
    },
  });
  return `# ${name}\n${document.toString({ lineWidth: 0, flowCollectionPadding: false })}`;
}

describe("the objects of teams", function () {
  this.timeout(60_000);
  const cluster = new EmptyCluster();
  let without: Deployment;
  let withTeams: Deployment;
  let teams: readonly RecordedResource[];
  before(async () => {
    await cluster.start();
    const infra = { kubeconfig: cluster.kubeconfig };
    without = await deploy({}, infra);
    assert.equal(cluster.asked, 0, "without teams nothing is asked");
    withTeams = await deploy({ teams: twoTeams }, infra);
    const known = new Set(without.resources.map(keyOf));
    teams = withTeams.resources.filter((resource) => !known.has(keyOf(resource)));
  });
  after(() => cluster.stop());

  it("are none where there are no teams", async () => {
    const none = await deploy({ teams: [] }, { kubeconfig: cluster.kubeconfig });
    assert.deepEqual(none.resources, without.resources);
    assert.doesNotMatch(JSON.stringify(none.resources), /perigee:access|perigee\.dev\/team/);
  });

  it("change nothing of what is there without them", () => {
    const names = new Set(teams.map(keyOf));
    assert.deepEqual(
      withTeams.resources.filter((resource) => !names.has(keyOf(resource))),
      without.resources,
    );
    assert.deepEqual(withTeams.outputs, without.outputs);
  });

  it("are, of a namespace, those of test/golden/objects/teams.yaml", () => {
    const others = /"(orbits-test|payload)"|^(orbits-test|payload)-/;
    const objects = teams
      .filter(({ type }) => type.startsWith("kubernetes:"))
      .filter(({ type }) => !type.endsWith(":ClusterRole")) // compared with the specification
      .filter(({ name, inputs }) => !others.test(name) && !others.test(JSON.stringify(inputs["metadata"])));
    const sorted = objects.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    matchesGolden("objects/teams.yaml", sorted.map(textOf).join("---\n"));
  });

  it("each name the field manager, so that a killed run's can be changed, and carry the stack's label", () => {
    const objects = teams.filter(({ type }) => type.startsWith("kubernetes:"));
    for (const { name, inputs } of objects) {
      const { annotations, labels } = inputs["metadata"] as Record<string, Record<string, string>>;
      assert.equal(annotations?.["pulumi.com/patchFieldManager"], "perigee", name);
      assert.deepEqual({ ...labels, ...stackLabel }, labels, name);
    }
  });

  it("bind nobody where a team names nobody", async () => {
    const infra = { kubeconfig: cluster.kubeconfig };
    const { resources } = await deploy({ teams: [{ name: "empty", pipeline: false }] }, infra);
    const bindings = (all: readonly RecordedResource[]): string[] =>
      all.filter(({ type }) => type.endsWith(":RoleBinding")).map(keyOf);
    assert.deepEqual(bindings(resources), bindings(without.resources));
  });

  it("admit the collector of logs where these go to a store of one's own, which may be a team's", async () => {
    const url = "http://logs.payload.svc:4318/v1/logs";
    const { resources } = await deploy(
      { teams: twoTeams, logs: { kind: "external", url } },
      { kubeconfig: cluster.kubeconfig },
    );
    const admitted = (all: readonly RecordedResource[]): boolean[] =>
      all
        .filter(({ name }) => name.endsWith("-perigee-monitoring"))
        .map(({ inputs }) => JSON.stringify(inputs["spec"]).includes('"log-collector"'));
    assert.deepEqual(admitted(resources), [true, true, true]);
    assert.deepEqual(admitted(teams), [false, false, false], "a store of this stack's is none of a team's");
  });

  it("admit the gateway where it leads to a workload of theirs, and nowhere else", async () => {
    const routes = [{ name: "planner", namespace: "orbits", service: "planner" }];
    const { resources } = await deploy(
      { teams: twoTeams, gateway: { enabled: true, routes } },
      { kubeconfig: cluster.kubeconfig },
    );
    const admitted = (all: readonly RecordedResource[]): boolean[] =>
      all
        .filter(({ name }) => name.endsWith("-perigee-monitoring"))
        .map(({ inputs }) =>
          JSON.stringify(inputs["spec"]).includes('"kubernetes.io/metadata.name":"perigee-gateway"'),
        );
    assert.equal(admitted(resources).filter((each) => each).length, 1);
    assert.deepEqual(admitted(teams), [false, false, false]);
  });

  it("have guards for namespaces of teams only", () => {
    const policies = teams.filter(({ type }) => type.endsWith(":ValidatingAdmissionPolicy"));
    assert.equal(policies.length, guards.length);
    for (const { inputs } of policies) {
      const { matchConstraints } = inputs["spec"] as { matchConstraints: { namespaceSelector: unknown } };
      assert.deepEqual(matchConstraints.namespaceSelector, {
        matchExpressions: [{ key: "perigee.dev/team", operator: "Exists" }],
      });
    }
  });
});

describe("what the cluster has already", () => {
  const own = { ...stackLabel };
  const asked = (
    labels: Readonly<Record<string, Record<string, string>>>,
    used: Readonly<Record<string, Record<string, string>>> = {},
  ) =>
    clusterProblems(
      {
        namespaceLabels: (name) => Promise.resolve(labels[name]),
        quotaUsed: ({ namespace, name }) => Promise.resolve(name === "perigee" ? used[namespace] : undefined),
      },
      [team.parse(flightDynamics), team.parse(payload)],
    );

  it("is no problem where it is nothing, or Perigee's own within the quota", async () => {
    assert.deepEqual(await asked({}), []);
    assert.deepEqual(await asked({ orbits: own, payload: own }, { orbits: { pods: "10" } }), []);
  });

  it("is told all at once: somebody else's namespaces, and quotas below what is used", async () => {
    const problems = await asked(
      { orbits: own, "orbits-test": { owner: "me" }, payload: {} },
      { orbits: { pods: "11", "requests.cpu": "2" }, payload: { pods: "1000" } },
    );
    assert.deepEqual(
      problems.map(({ setting, given, problem }) => `${setting} = ${JSON.stringify(given)}: ${problem}`),
      [
        "teams[0].quota.cpu = 1.5: 2 cores are requested in the namespace orbits now: at least that, or make it less there first",
        "teams[0].quota.pods = 10: 11 pods are there in the namespace orbits now: at least that, or make it less there first",
        'teams[0].namespaces[1] = "orbits-test": a namespace of that name is on the cluster and is not Perigee\'s: take another, or hand it over: kubectl label namespace orbits-test perigee.dev/stack=perigee-workloads',
        'teams[1].name = "payload": a namespace of that name is on the cluster and is not Perigee\'s: take another, or hand it over: kubectl label namespace payload perigee.dev/stack=perigee-workloads',
      ],
    );
  });
});
