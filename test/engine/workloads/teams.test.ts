import assert from "node:assert/strict";
import { guardName, guards } from "../../../workloads/access/teams/guards";
import { networkPolicies } from "../../../workloads/access/teams/networkPolicies";
import { containerLimits, quotaHard } from "../../../workloads/access/teams/quota";
import { team } from "../../../workloads/access/teams/settings";
import { done, messages } from "../../support/testStack";
import { flightDynamics, payload, twoTeams } from "../../support/workloads/teams/examples";
import { pod } from "../../support/workloads/teams/pods";
import {
  account,
  core,
  deployer,
  editor,
  kubernetesProgram,
  member,
  policies,
  TeamsCluster,
  viewer,
} from "./teamsCluster";

/** Needs the API server that the lab runs: `make toolchain` builds it, `make up` too. */
(kubernetesProgram("kube-apiserver") ? describe : describe.skip)("teams on a real API server", function () {
  this.timeout(600_000);
  let cluster: TeamsCluster;
  before(async () => (cluster = await TeamsCluster.up()));
  after(() => cluster.stop());

  it("are there, and a second up changes nothing", async () => {
    const run = await cluster.stack.succeed("up", twoTeams);
    assert.deepEqual(done(run), []);
  });

  it("have the policies and limits that the program says, field by field", async () => {
    const live = async (path: string) => (await cluster.api.ask("GET", path)).body["spec"];
    for (const { name, spec } of networkPolicies("flight-dynamics", [])) {
      assert.deepEqual(await live(`${policies("orbits")}/${name}`), spec);
    }
    const { limits, quota } = team.parse(flightDynamics);
    assert.deepEqual(await live(core("orbits", "limitranges/perigee")), {
      limits: [containerLimits({ limits })],
    });
    assert.deepEqual(await live(core("orbits", "resourcequotas/perigee")), { hard: quotaHard({ quota }) });
  });

  describe("pods", () => {
    it("that say nothing of what they need get a little, and count against the quota", async () => {
      const path = core("orbits", "pods");
      const { body } = await cluster.eventually(201, "POST", path, pod("plain"), deployer);
      const { containers, volumes } = body["spec"] as {
        containers: { resources: unknown }[];
        volumes?: unknown;
      };
      assert.deepEqual(containers[0]?.resources, {
        limits: { cpu: "1", memory: "512Mi" },
        requests: { cpu: "100m", memory: "128Mi" },
      });
      assert.equal(volumes, undefined, "no token of the default ServiceAccount");
      const quota = await cluster.api.ask("GET", core("orbits", "resourcequotas/perigee"), undefined, viewer);
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
      await cluster.refuses(
        /exceeded quota: perigee, requested: requests\.cpu=1800m/,
        "POST",
        path,
        two,
        deployer,
      );
      const one = pod("larger", { resources: [{ requests: { cpu: "1100m" }, limits: { cpu: "1100m" } }] });
      await cluster.refuses(/maximum cpu usage per Container is 1/, "POST", path, one, deployer);
    });

    it("that are privileged are refused in either level; one without a security context is taken by baseline", async () => {
      const privileged = (name: string) => pod(name, { securityContext: { privileged: true } });
      const plain = pod("unsaid", { securityContext: {} });
      const payloadEditor = member("payload-leads");
      await cluster.refuses(
        /violates PodSecurity "restricted:v1\.\d+": privileged/,
        "POST",
        core("orbits", "pods"),
        privileged("p"),
        editor,
      );
      await cluster.refuses(
        /violates PodSecurity "restricted/,
        "POST",
        core("orbits", "pods"),
        plain,
        editor,
      );
      await cluster.refuses(
        /violates PodSecurity "baseline:v1\.\d+": privileged/,
        "POST",
        core("payload", "pods"),
        privileged("p"),
        payloadEditor,
      );
      const taken = await cluster.eventually(201, "POST", core("payload", "pods"), plain, payloadEditor);
      assert.match(taken.warnings, /would violate PodSecurity \\?"restricted/);
    });

    it("make no room for themselves by the cluster's own priority, nor by Perigee's; by one of an administrator's", async () => {
      const classes = "/apis/scheduling.k8s.io/v1/priorityclasses";
      for (const [name, value] of [
        ["perigee-telemetry", 1_000_000],
        ["batch", -10],
      ]) {
        await cluster.answers(201, "POST", classes, { metadata: { name }, value });
      }
      for (const priorityClassName of ["system-node-critical", "perigee-telemetry"]) {
        await cluster.refuses(
          /priority classes that begin with system- or perigee- are the cluster's/,
          "POST",
          core("orbits", "pods"),
          pod("first", { spec: { priorityClassName } }),
          editor,
        );
      }
      const last = pod("last", { spec: { priorityClassName: "batch" } });
      await cluster.answers(201, "POST", core("orbits", "pods?dryRun=All"), last, editor);
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
      await cluster.answers(201, "POST", path, service("one", nodePort), deployer);
      await cluster.refuses(
        /exceeded quota: perigee, requested: services\.nodeports=1/,
        "POST",
        path,
        service("two", nodePort),
        deployer,
      );
      await cluster.refuses(
        /exceeded quota: perigee/,
        "POST",
        path,
        service("lb", { type: "LoadBalancer" }),
        deployer,
      );
    });

    it("take no address of somebody else's", async () => {
      await cluster.refuses(
        /takes no externalIPs/,
        "POST",
        path,
        service("spy", { externalIPs: ["192.0.2.1"] }),
        deployer,
      );
    });
  });

  describe("what Perigee has put there", () => {
    it("is not an editor's to change; a NetworkPolicy or ServiceAccount of the team's own is", async () => {
      const own = { metadata: { name: "open" }, spec: { podSelector: {}, ingress: [{}] } };
      const said = /it is Perigee's: the setting `teams` changes it/;
      await cluster.refuses(said, "DELETE", `${policies("orbits")}/perigee-default-deny`, undefined, editor);
      const opened = { spec: { policyTypes: ["Ingress"] } };
      await cluster.refuses(said, "PATCH", `${policies("orbits")}/perigee-default-deny`, opened, editor);
      await cluster.refuses(said, "DELETE", core("orbits", "serviceaccounts/pipeline"), undefined, deployer);
      await cluster.answers(201, "POST", policies("orbits"), own, editor);
      await cluster.answers(200, "DELETE", `${policies("orbits")}/open`, undefined, editor);
      const program = { metadata: { name: "program" } };
      await cluster.answers(201, "POST", core("orbits", "serviceaccounts"), program, deployer);
      await cluster.answers(200, "DELETE", core("orbits", "serviceaccounts/program"), undefined, deployer);
    });

    it("is an administrator's to change, and goes with its namespace: its controller may clear it away", async () => {
      const clearing = account("kube-system", "namespace-controller");
      const trial = `${policies("orbits")}/perigee-default-deny?dryRun=All`;
      for (const person of [undefined, clearing]) {
        await cluster.answers(200, "DELETE", trial, undefined, person);
      }
    });

    const monitoring = "/apis/monitoring.coreos.com/v1/namespaces/orbits";
    const monitor = (kind: string, name: string, spec: object) => ({
      ...{ apiVersion: "monitoring.coreos.com/v1", kind, metadata: { name } },
      spec: { selector: {}, ...spec },
    });

    it("does not let a monitor read Prometheus' files", async () => {
      const path = `${monitoring}/servicemonitors`;
      const of = (name: string, endpoint: object) =>
        monitor("ServiceMonitor", name, { endpoints: [{ port: "ok" }, { port: "http", ...endpoint }] });
      const said = /name no file of Prometheus' pod/;
      const bearerTokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token";
      await cluster.refuses(said, "POST", path, of("a", { bearerTokenFile }), deployer);
      for (const file of ["caFile", "certFile", "keyFile"]) {
        await cluster.refuses(said, "POST", path, of("a", { tlsConfig: { [file]: "/f" } }), deployer);
      }
      await cluster.answers(
        201,
        "POST",
        path,
        of("a", { tlsConfig: { insecureSkipVerify: true } }),
        deployer,
      );
      await cluster.answers(201, "POST", path, of("b", {}), deployer);
      const changed = { spec: { endpoints: [{ port: "http", bearerTokenFile }] } };
      await cluster.refuses(said, "PATCH", `${path}/b`, changed, deployer);
    });

    for (const [kind, endpoints] of [
      ["ServiceMonitor", "endpoints"],
      ["PodMonitor", "podMetricsEndpoints"],
    ] as const) {
      it(`does not let a ${kind} look into another namespace`, async () => {
        const path = `${monitoring}/${kind.toLowerCase()}s`;
        const of = (name: string, namespaceSelector?: object) =>
          monitor(kind, name, {
            [endpoints]: [{ port: "http" }],
            ...(namespaceSelector && { namespaceSelector }),
          });
        const said = /scrapes pods of its own namespace/;
        await cluster.refuses(said, "POST", path, of("c", { any: true }), deployer);
        await cluster.refuses(said, "POST", path, of("c", { matchNames: ["orbits", "payload"] }), deployer);
        await cluster.answers(201, "POST", path, of("c", { matchNames: ["orbits"] }), deployer);
        await cluster.answers(201, "POST", path, of("d"), deployer);
      });
    }

    it("is written in expressions that fit the types of what they are asked about", async () => {
      const path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
      for (const { name } of guards) {
        const checked = await cluster.until(
          `${path}/${guardName(name)}`,
          ({ status }) => status !== undefined,
        );
        const { typeChecking } = checked["status"] as { typeChecking?: { expressionWarnings?: unknown } };
        assert.equal(typeChecking?.expressionWarnings, undefined, name);
      }
    });
  });

  // Last, and in a group of its own: mocha runs a group's tests before the groups in it.
  describe("in the settings", () => {
    before(async () => {
      const map = { metadata: { name: "settings" }, data: { a: "1" } };
      await cluster.answers(201, "POST", core("orbits", "configmaps"), map, deployer);
      const secret = { metadata: { name: "key" }, stringData: { key: "hidden" } };
      await cluster.answers(201, "POST", core("orbits", "secrets"), secret, editor);
    });

    it("are refused with every reason before anything is changed: a quota below what is used, somebody else's namespace", async () => {
      await cluster.api.ask("POST", "/api/v1/namespaces", { metadata: { name: "theirs" } });
      const less = { ...flightDynamics, quota: { ...flightDynamics.quota, cpu: 0.1, nodePorts: 0, pods: 9 } };
      await cluster.eventually(201, "POST", core("orbits", "pods"), pod("second"), deployer);
      const run = await cluster.stack.run("up", [less, { ...payload, namespaces: ["payload", "theirs"] }]);
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
      const run = await cluster.stack.succeed("up", [payload]);
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
        const { status, body } = await cluster.api.ask("GET", path);
        const { deletionTimestamp } = body["metadata"] as { deletionTimestamp?: string };
        assert.deepEqual([path, status, deletionTimestamp], [path, 200, undefined]);
      }
      await cluster.answers(404, "GET", core("orbits", "serviceaccounts/pipeline"));
      assert.equal(await cluster.maySee(editor, "orbits"), false);
      assert.equal(await cluster.maySee(member("payload-leads"), "payload"), true);
    });

    it("that come back find their namespaces as they were; a namespace goes to another team without a loss", async () => {
      const moved = { ...payload, namespaces: ["payload", "orbits-test"] };
      const run = await cluster.stack.succeed("up", [{ ...flightDynamics, namespaces: ["orbits"] }, moved]);
      assert.deepEqual(
        done(run).filter((line) => /^(delete|replace)/.test(line)),
        [],
      );
      await cluster.answers(200, "GET", core("orbits", "configmaps/settings"), undefined, editor);
      const theirs = member("payload-leads");
      const { body } = await cluster.answers(200, "GET", "/api/v1/namespaces/orbits-test", undefined, theirs);
      const { labels } = body["metadata"] as { labels: Record<string, string> };
      assert.equal(labels["perigee.dev/team"], "payload");
      await cluster.answers(403, "GET", core("orbits-test", "pods"), undefined, editor);
    });

    it("are destroyed without their namespaces, which one command deletes then", async () => {
      await cluster.stack.succeed("destroy", []);
      const selector = encodeURIComponent("perigee.dev/team");
      const list = await cluster.api.ask("GET", `/api/v1/namespaces?labelSelector=${selector}`);
      const names = (list.body["items"] as { metadata: { name: string } }[]).map(
        ({ metadata }) => metadata.name,
      );
      assert.deepEqual(names.sort(), ["orbits", "orbits-test", "payload"]);
      assert.equal(await cluster.maySee(editor, "orbits"), false);
      // Without kubelet nothing ends pods; what has none goes as `kubectl delete namespace` has it.
      await cluster.api.ask("DELETE", "/api/v1/namespaces/orbits-test");
      await cluster.eventually(404, "GET", "/api/v1/namespaces/orbits-test");
    });
  });
});
