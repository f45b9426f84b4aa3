import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { defaultKubernetesVersion } from "../../../infra/versions";
import { kubernetesComponent } from "../../../lab/supply/toolchain/components";
import { networkPolicies } from "../../../workloads/access/teams/networkPolicies";
import { containerLimits, quotaHard } from "../../../workloads/access/teams/quota";
import { team } from "../../../workloads/access/teams/settings";
import { done, messages } from "../../support/testStack";
import { AskedApi, type Person, type Reply } from "../../support/workloads/teams/askedAs";
import { flightDynamics, payload, twoTeams } from "../../support/workloads/teams/examples";
import { pod } from "../../support/workloads/teams/pods";
import { type Role, type Row, specification, verbsOf } from "../../support/workloads/teams/specification";
import { TeamsStack } from "../../support/workloads/teams/teamsStack";
import { ApiServer, builtProgram } from "./apiServer";

const isBuilt = builtProgram(kubernetesComponent(defaultKubernetesVersion), "kube-apiserver") !== undefined;

const member = (...groups: readonly string[]): Person => ({
  user: "ann",
  groups: [...groups, "system:authenticated"],
});
const viewer = member("everybody");
const deployer = member("fd");
const editor = member("fd-leads");
const account = (namespace: string, name: string): Person => ({
  user: `system:serviceaccount:${namespace}:${name}`,
  groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
});

/** Everywhere that is asked about; the empty one is the cluster as a whole. */
const places = ["orbits", "orbits-test", "payload", "kube-system", ""] as const;
type Place = (typeof places)[number];

interface Case {
  readonly who: string;
  readonly person: Person;
  /** The role in some places; in all others nothing is allowed. */
  readonly role?: Role;
  readonly where: readonly Place[];
}

const cases: readonly Case[] = [
  { who: "a viewer", person: viewer, role: "view", where: ["orbits", "orbits-test"] },
  { who: "a deployer", person: deployer, role: "deploy", where: ["orbits", "orbits-test"] },
  { who: "an editor", person: editor, role: "edit", where: ["orbits", "orbits-test"] },
  { who: "another team's editor", person: member("payload-leads"), role: "edit", where: ["payload"] },
  { who: "a pipeline", person: account("orbits", "pipeline"), role: "deploy", where: ["orbits"] },
  { who: "a pod", person: account("orbits", "default"), where: [] },
  { who: "somebody of no team", person: member("strangers"), where: [] },
];

/** What stands in a specification and what the API server says, where they differ. */
async function differences(api: AskedApi, { person, role, where }: Case, row: Row): Promise<string[]> {
  const { group, resource, subresource, name } = row;
  const questions = places.flatMap((place) => verbsOf(row).map((verb) => ({ place, verb })));
  const answers = questions.map(async ({ place, verb }) => {
    const expected = role !== undefined && where.includes(place) && row.verbs[role].includes(verb);
    const given = await api.may(person, {
      ...{ namespace: place, verb, group, resource },
      ...(subresource !== undefined && { subresource }),
      ...(name !== undefined && { name }),
    });
    const what = [group, resource, subresource, name].filter(Boolean).join("/");
    return given === expected ? [] : [`${verb} ${what} in "${place}": ${given ? "allowed" : "refused"}`];
  });
  return (await Promise.all(answers)).flat();
}

/** Needs the API server that the lab runs: `make toolchain` builds it, `make up` too. */
(isBuilt ? describe : describe.skip)("teams on a real API server", function () {
  this.timeout(600_000);
  let server: ApiServer;
  let api: AskedApi;
  let stack: TeamsStack;

  before(async () => {
    server = await ApiServer.start(["--allow-privileged=true"]); // as kubeadm has it
    api = new AskedApi(server.kubeconfig);
    stack = await TeamsStack.make(server.kubeconfig);
    await defineMonitors();
    await stack.succeed("up", twoTeams);
  });
  after(async () => {
    api.stop();
    await stack.remove();
    await server.stop();
  });

  /** The operator's kind, without its schema: the guards must hold whatever it says. */
  async function defineMonitors(): Promise<void> {
    const names = { kind: "ServiceMonitor", plural: "servicemonitors", singular: "servicemonitor" };
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    const versions = [{ name: "v1", served: true, storage: true, schema }];
    const group = "monitoring.coreos.com";
    const made = await api.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
      ...{ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" },
      metadata: { name: `${names.plural}.${group}` },
      spec: { group, names, scope: "Namespaced", versions },
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));
  }

  const core = (namespace: string, rest: string): string => `/api/v1/namespaces/${namespace}/${rest}`;
  const policies = (namespace: string): string =>
    `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
  const messageOf = ({ body }: Reply): string => String(body["message"]);

  /** The reply, once it has this status: quotas are counted, and guards are known, a moment after they were made. */
  async function eventually(status: number, ask: () => Promise<Reply>): Promise<Reply> {
    const limit = Date.now() + 60_000;
    for (;;) {
      const reply = await ask();
      if (reply.status === status || Date.now() > limit) {
        assert.equal(reply.status, status, JSON.stringify(reply.body));
        return reply;
      }
      await sleep(500);
    }
  }

  /** A request that must be refused by what admission says. */
  async function refused(
    said: RegExp,
    method: string,
    path: string,
    body: object | undefined,
    person?: Person,
  ) {
    const reply = await api.ask(method, path, body, person);
    assert.match(messageOf(reply), said, JSON.stringify(reply.body));
    assert.ok([403, 422].includes(reply.status), String(reply.status));
  }

  it("are there, and a second up changes nothing", async () => {
    const run = await stack.succeed("up", twoTeams);
    assert.deepEqual(done(run), []);
  });

  it("have the policies and limits that the program says, field by field", async () => {
    const live = async (path: string) => (await api.ask("GET", path)).body["spec"];
    for (const { name, spec } of networkPolicies("flight-dynamics")) {
      assert.deepEqual(await live(`${policies("orbits")}/${name}`), spec);
    }
    const { limits, quota } = team.parse(flightDynamics);
    assert.deepEqual(await live(core("orbits", "limitranges/perigee")), {
      limits: [containerLimits({ limits })],
    });
    assert.deepEqual(await live(core("orbits", "resourcequotas/perigee")), { hard: quotaHard({ quota }) });
  });

  describe("who may do what", () => {
    for (const each of cases) {
      it(`${each.who}: ${each.role ?? "nothing"} in ${each.where.join(", ") || "no namespace"}, nothing elsewhere`, async () => {
        const found: string[] = [];
        for (const row of specification) found.push(...(await differences(api, each, row)));
        assert.deepEqual(found, []);
      });
    }

    it("is what requests meet, too: Secrets for editors alone, logs for all, workloads for deployers", async () => {
      const secret = { metadata: { name: "key" }, stringData: { key: "hidden" } };
      const [secrets, configMaps] = [core("orbits", "secrets"), core("orbits", "configmaps")];
      assert.equal((await api.ask("POST", secrets, secret, deployer)).status, 403);
      assert.equal((await api.ask("POST", secrets, secret, editor)).status, 201);
      assert.equal((await api.ask("GET", `${secrets}/key`, undefined, deployer)).status, 403);
      assert.equal((await api.ask("GET", `${secrets}/key`, undefined, editor)).status, 200);
      assert.equal((await api.ask("GET", configMaps, undefined, viewer)).status, 200);
      const map = { metadata: { name: "settings" }, data: { a: "1" } };
      assert.equal((await api.ask("POST", configMaps, map, viewer)).status, 403);
      assert.equal((await api.ask("POST", configMaps, map, deployer)).status, 201);
    });

    it("cannot be raised by an editor: no role is bound, no quota, label or ServiceAccount's right changed", async () => {
      const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/orbits";
      const roleRef = {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        name: "perigee-team-view",
      };
      const binding = { metadata: { name: "mine" }, roleRef };
      for (const [method, path, body] of [
        ["POST", `${rbac}/rolebindings`, binding],
        ["DELETE", `${rbac}/rolebindings/perigee-edit`, undefined],
        ["PATCH", core("orbits", "resourcequotas/perigee"), { spec: { hard: { pods: "999" } } }],
        ["DELETE", core("orbits", "limitranges/perigee"), undefined],
        ["PATCH", "/api/v1/namespaces/orbits", { metadata: { labels: { a: "b" } } }],
        ["DELETE", "/api/v1/namespaces/orbits", undefined],
      ] as const) {
        assert.equal((await api.ask(method, path, body, editor)).status, 403, `${method} ${path}`);
      }
      // An editor may not act as others: the impersonating request is the editor's own then.
      assert.equal(
        await api.may(editor, {
          verb: "impersonate",
          resource: "serviceaccounts",
          namespace: "orbits",
          name: "pipeline",
        }),
        false,
      );
    });
  });

  describe("pods", () => {
    it("that say nothing of what they need get a little, and count against the quota", async () => {
      const path = core("orbits", "pods");
      const { body } = await eventually(201, () => api.ask("POST", path, pod("plain"), deployer));
      const { containers, volumes } = body["spec"] as {
        containers: { resources: unknown }[];
        volumes?: unknown;
      };
      assert.deepEqual(containers[0]?.resources, {
        limits: { cpu: "1", memory: "512Mi" },
        requests: { cpu: "100m", memory: "128Mi" },
      });
      assert.equal(volumes, undefined, "no token of the default ServiceAccount");
      const quota = await api.ask("GET", core("orbits", "resourcequotas/perigee"), undefined, viewer);
      const { used } = quota.body["status"] as { used: Record<string, string> };
      assert.deepEqual(
        [used["pods"], used["requests.cpu"], used["requests.memory"], used["limits.memory"]],
        ["1", "100m", "128Mi", "512Mi"],
      );
    });

    it("above the quota, or one container's most, are refused", async () => {
      const path = core("orbits", "pods");
      const share = { requests: { cpu: "900m", memory: "64Mi" } };
      const two = pod("large", { resources: [share, share] });
      await refused(/exceeded quota: perigee, requested: requests\.cpu=1800m/, "POST", path, two, deployer);
      const one = pod("larger", { resources: [{ requests: { cpu: "1100m" }, limits: { cpu: "1100m" } }] });
      await refused(/maximum cpu usage per Container is 1/, "POST", path, one, deployer);
    });

    it("that are privileged are refused in either level; one without a security context is taken by baseline", async () => {
      const privileged = (name: string) => pod(name, { securityContext: { privileged: true } });
      const plain = pod("unsaid", { securityContext: {} });
      const payloadEditor = member("payload-leads");
      await refused(
        /violates PodSecurity "restricted:v1\.\d+": privileged/,
        "POST",
        core("orbits", "pods"),
        privileged("p"),
        editor,
      );
      await refused(/violates PodSecurity "restricted/, "POST", core("orbits", "pods"), plain, editor);
      await refused(
        /violates PodSecurity "baseline:v1\.\d+": privileged/,
        "POST",
        core("payload", "pods"),
        privileged("p"),
        payloadEditor,
      );
      const taken = await eventually(201, () =>
        api.ask("POST", core("payload", "pods"), plain, payloadEditor),
      );
      assert.match(taken.warnings, /would violate PodSecurity \\?"restricted/);
    });

    it("make no room for themselves by the cluster's own priority", async () => {
      const first = pod("first", { spec: { priorityClassName: "system-node-critical" } });
      await refused(
        /priority classes system-\* are the cluster's/,
        "POST",
        core("orbits", "pods"),
        first,
        editor,
      );
    });
  });

  describe("Services", () => {
    const service = (name: string, spec: object) => ({
      metadata: { name },
      spec: { ports: [{ port: 80 }], selector: { app: name }, ...spec },
    });
    const path = core("orbits", "services");

    it("take node ports as many as the quota has, and no balancer", async () => {
      const nodePort = { type: "NodePort" };
      assert.equal((await api.ask("POST", path, service("one", nodePort), deployer)).status, 201);
      await refused(
        /exceeded quota: perigee, requested: services\.nodeports=1/,
        "POST",
        path,
        service("two", nodePort),
        deployer,
      );
      await refused(
        /exceeded quota: perigee/,
        "POST",
        path,
        service("lb", { type: "LoadBalancer" }),
        deployer,
      );
    });

    it("take no address of somebody else's", async () => {
      await refused(
        /takes no externalIPs/,
        "POST",
        path,
        service("spy", { externalIPs: ["192.0.2.1"] }),
        deployer,
      );
    });
  });

  describe("a pipeline's credential", () => {
    const tokens = core("orbits", "serviceaccounts/pipeline/token");
    const ask = (expirationSeconds: number, person?: Person) =>
      api.ask("POST", tokens, { spec: { expirationSeconds } }, person);

    it("is made by an editor, for hours, and does what deploy may in its namespace", async () => {
      assert.equal((await ask(3600, deployer)).status, 403);
      assert.equal((await ask(3600, account("orbits", "pipeline"))).status, 403, "it cannot renew itself");
      const made = await ask(3600, editor);
      assert.equal(made.status, 201);
      const { token } = made.body["status"] as { token: string };
      const as = (method: string, path: string, body?: object) => api.askWithToken(token, method, path, body);
      const deployments = (namespace: string) => `/apis/apps/v1/namespaces/${namespace}/deployments`;
      assert.equal((await as("GET", deployments("orbits"))).status, 200);
      assert.equal(
        (await as("POST", core("orbits", "configmaps"), { metadata: { name: "by-pipeline" } })).status,
        201,
      );
      assert.equal((await as("GET", core("orbits", "secrets"))).status, 403);
      assert.equal((await as("GET", deployments("orbits-test"))).status, 403);
    });

    it("is not made for longer than a day, not even by an administrator, nor kept in a Secret", async () => {
      for (const person of [editor, undefined]) {
        const reply = await ask(86_401, person);
        assert.match(messageOf(reply), /good for 24 hours at most/);
      }
      assert.equal((await ask(86_400, editor)).status, 201);
      const secret = {
        metadata: { name: "for-ever", annotations: { "kubernetes.io/service-account.name": "pipeline" } },
        type: "kubernetes.io/service-account-token",
      };
      await refused(/no token without an end/, "POST", core("orbits", "secrets"), secret, editor);
    });
  });

  describe("what Perigee has put there", () => {
    it("is not an editor's to change; a NetworkPolicy or ServiceAccount of the team's own is", async () => {
      const own = { metadata: { name: "open" }, spec: { podSelector: {}, ingress: [{}] } };
      const said = /it is Perigee's: the setting `teams` changes it/;
      await refused(said, "DELETE", `${policies("orbits")}/perigee-default-deny`, undefined, editor);
      const opened = { spec: { policyTypes: ["Ingress"] } };
      await refused(said, "PATCH", `${policies("orbits")}/perigee-default-deny`, opened, editor);
      await refused(said, "DELETE", core("orbits", "serviceaccounts/pipeline"), undefined, deployer);
      assert.equal((await api.ask("POST", policies("orbits"), own, editor)).status, 201);
      assert.equal((await api.ask("DELETE", `${policies("orbits")}/open`, undefined, editor)).status, 200);
      const program = { metadata: { name: "program" } };
      assert.equal((await api.ask("POST", core("orbits", "serviceaccounts"), program, deployer)).status, 201);
      assert.equal(
        (await api.ask("DELETE", core("orbits", "serviceaccounts/program"), undefined, deployer)).status,
        200,
      );
    });

    it("does not let a monitor read Prometheus' files or another team's pods", async () => {
      const path = "/apis/monitoring.coreos.com/v1/namespaces/orbits/servicemonitors";
      const monitor = (name: string, endpoint: object, more: object = {}) => ({
        ...{ apiVersion: "monitoring.coreos.com/v1", kind: "ServiceMonitor", metadata: { name } },
        spec: { selector: {}, endpoints: [{ port: "http", ...endpoint }], ...more },
      });
      const token = "/var/run/secrets/kubernetes.io/serviceaccount/token";
      const elsewhere = { namespaceSelector: { matchNames: ["payload"] } };
      const everywhere = { namespaceSelector: { any: true } };
      const own = { namespaceSelector: { matchNames: ["orbits"] } };
      await refused(
        /name no file of Prometheus' pod/,
        "POST",
        path,
        monitor("a", { bearerTokenFile: token }),
        deployer,
      );
      await refused(
        /name no file of Prometheus' pod/,
        "POST",
        path,
        monitor("a", { tlsConfig: { keyFile: "/k" } }),
        deployer,
      );
      await refused(/scrapes pods of its own namespace/, "POST", path, monitor("a", {}, elsewhere), deployer);
      await refused(
        /scrapes pods of its own namespace/,
        "POST",
        path,
        monitor("a", {}, everywhere),
        deployer,
      );
      const plain = monitor("a", { tlsConfig: { insecureSkipVerify: true } }, own);
      assert.equal((await api.ask("POST", path, plain, deployer)).status, 201);
      assert.equal((await api.ask("POST", path, monitor("b", {}), deployer)).status, 201);
    });
  });

  // Last, and in a group of its own: mocha runs a group's tests before the groups in it.
  describe("in the settings", () => {
    it("are refused with every reason before anything is changed: a quota below what is used, somebody else's namespace", async () => {
      await api.ask("POST", "/api/v1/namespaces", { metadata: { name: "theirs" } });
      const less = { ...flightDynamics, quota: { ...flightDynamics.quota, cpu: 0.1, nodePorts: 0, pods: 9 } };
      await eventually(201, () => api.ask("POST", core("orbits", "pods"), pod("second"), deployer));
      const run = await stack.run("up", [less, { ...payload, namespaces: ["payload", "theirs"] }]);
      assert.notEqual(run.exitCode, 0);
      const text = messages(run);
      assert.match(text, /3 problems in the settings; nothing was changed:/);
      assert.match(
        text,
        /teams\[0\]\.quota\.cpu = 0\.1: 0\.2 cores are requested in the namespace orbits now/,
      );
      assert.match(
        text,
        /teams\[0\]\.quota\.nodePorts = 0: 1 node ports are taken in the namespace orbits now/,
      );
      assert.match(
        text,
        /teams\[1\]\.namespaces\[1\] = "theirs": .*kubectl label namespace theirs perigee\.dev\/stack=/,
      );
      assert.doesNotMatch(text, /quota\.pods/);
      assert.deepEqual(done(run), []);
    });

    it("that go out of the settings leave their namespaces with all that is in them, bounded as before, and closed", async () => {
      const run = await stack.succeed("up", [payload]);
      assert.ok(
        done(run).some((line) => /^delete kubernetes:rbac.*:RoleBinding orbits-edit$/.test(line)),
        done(run).join("\n"),
      );
      for (const path of [
        core("orbits", "configmaps/settings"),
        core("orbits", "secrets/key"),
        core("orbits", "pods/plain"),
        core("orbits", "resourcequotas/perigee"),
        core("orbits", "limitranges/perigee"),
        core("orbits", "serviceaccounts/default"),
        `${policies("orbits")}/perigee-default-deny`,
      ]) {
        const { status, body } = await api.ask("GET", path);
        const { deletionTimestamp } = body["metadata"] as { deletionTimestamp?: string };
        assert.deepEqual([path, status, deletionTimestamp], [path, 200, undefined]);
      }
      assert.equal((await api.ask("GET", core("orbits", "serviceaccounts/pipeline"))).status, 404);
      assert.equal(await api.may(editor, { verb: "get", resource: "pods", namespace: "orbits" }), false);
      const elsewhere = { verb: "get", resource: "pods", namespace: "payload" };
      assert.equal(await api.may(member("payload-leads"), elsewhere), true);
    });

    it("that come back find their namespaces as they were; a namespace goes to another team without a loss", async () => {
      const moved = { ...payload, namespaces: ["payload", "orbits-test"] };
      const run = await stack.succeed("up", [{ ...flightDynamics, namespaces: ["orbits"] }, moved]);
      assert.deepEqual(
        done(run).filter((line) => /^(delete|replace)/.test(line)),
        [],
      );
      assert.equal(
        (await api.ask("GET", core("orbits", "configmaps/settings"), undefined, editor)).status,
        200,
      );
      const { body } = await api.ask(
        "GET",
        "/api/v1/namespaces/orbits-test",
        undefined,
        member("payload-leads"),
      );
      const { labels } = body["metadata"] as { labels: Record<string, string> };
      assert.equal(labels["perigee.dev/team"], "payload");
      assert.equal((await api.ask("GET", core("orbits-test", "pods"), undefined, editor)).status, 403);
    });

    it("are destroyed without their namespaces, which one command deletes then", async () => {
      await stack.succeed("destroy", []);
      const selector = encodeURIComponent("perigee.dev/team");
      const list = await api.ask("GET", `/api/v1/namespaces?labelSelector=${selector}`);
      const names = (list.body["items"] as { metadata: { name: string } }[]).map(
        ({ metadata }) => metadata.name,
      );
      assert.deepEqual(names.sort(), ["orbits", "orbits-test", "payload"]);
      assert.equal(await api.may(editor, { verb: "get", resource: "pods", namespace: "orbits" }), false);
      // Without kubelet nothing ends pods; what has none goes as `kubectl delete namespace` has it.
      await api.ask("DELETE", "/api/v1/namespaces/orbits-test");
      await eventually(404, () => api.ask("GET", "/api/v1/namespaces/orbits-test"));
    });
  });
});
