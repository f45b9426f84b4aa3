import assert from "node:assert/strict";
import { stepInput } from "../../../../infra/kubeadm/step";
import { newKey, openssl } from "../../../support/infra/keyPairs";
import { MachineRoot, type ScriptRunResult } from "../../../support/infra/scriptRun";
import { toldMachines, toldOf } from "../../../support/infra/toldMachines";

const node = "ground-default-2";
const inputs = {
  NODE_NAME: node,
  PROVIDER_ID: "aws:///eu-central-1a/i-2",
  PRIVATE_IP: "10.0.1.12",
  REQUEST: "request",
  LABELS: "",
  TAINTS: "",
  DRAIN_TIMEOUT: "5",
};

/** What kubectl says of a node that it will not drain. */
const refusal = (...reasons: readonly string[]): string => {
  const all = reasons.length === 1 ? reasons.join("") : `[${reasons.join(", ")}]`;
  return [
    `error: unable to drain node "${node}" due to error: ${all}, continuing command...`,
    "There are pending nodes to be drained:",
    ` ${node}`,
    ...reasons,
  ].join("\n");
};

const unmanaged = "cannot delete Pods that declare no controller (use --force to override)";
const orphaned = 'cannot delete daemonsets.apps "agent" not found';

/** A kubectl whose drain ends like this, with and without --dry-run, on a node in this condition. */
const kubectl = (drain: {
  dryRun?: string;
  real?: string;
  ready?: string;
  found?: string;
  /** Lines of name, claim, folder and nodes; and whether they may go. */
  volumes?: string;
  agreed?: string;
}): string => `
case "$*" in
  "drain "*--dry-run=client*) ${drain.dryRun ?? "true"} ;;
  "drain "*) ${drain.real ?? "true"} ;;
  "get node"*type==*) printf %s ${drain.ready ?? "True"} ;;
  "get node"*--ignore-not-found*) ${drain.found ?? `echo node/${node}`} ;;
  *"get lease"*) printf %s ${drain.ready === "Unknown" ? "then" : '"$RANDOM$RANDOM"'} ;;
  "get node"*annotations*) printf %s '${drain.agreed ?? ""}' ;;
  "get persistentvolumes"*) printf '${drain.volumes ?? ""}' ;;
esac`;
const refusing = (...reasons: readonly string[]): string =>
  `{ cat >&2 <<'END'\n${refusal(...reasons)}\nEND\nexit 1; }`;

describe("leave", () => {
  let root: MachineRoot;
  beforeEach(() => (root = new MachineRoot()));
  afterEach(() => root.remove());

  const leave = (program: string): ScriptRunResult =>
    root.run(stepInput("member", inputs), {
      arguments: ["leave", "600"],
      programs: { kubectl: program, sleep: "" },
    });
  /** Verbs that change the cluster; a drain that only asks does not. */
  const changes = ({ calls }: ScriptRunResult): string[] =>
    calls
      .filter((call) => call.startsWith("kubectl ") && !/ --dry-run| get | patch /.test(call))
      .map((call) => call.split(" ")[1] ?? "");

  it("drains for the time of the settings and no longer, and says how it ended where the API server is away by then", () => {
    const away = `${kubectl({ real: "exit 1" })}\ncase "$*" in "get pods"* | "get poddisruptionbudgets"*) exit 1 ;; esac`;
    const said = leave(away);
    assert.equal(said.status, 1);
    const limits = said.calls.flatMap((call) => /^kubectl drain .*--timeout (\d+)s$/.exec(call)?.[1] ?? []);
    assert.equal(limits[0], inputs.DRAIN_TIMEOUT);
    assert.ok(
      limits.every((limit) => Number(limit) >= 1 && Number(limit) <= 5),
      limits.join(),
    );
    assert.match(said.stderr, /node ground-default-2 could not be drained, its machine keeps running/);
  });

  it("cordons, drains and deletes a node whose pods can all go elsewhere", () => {
    const said = leave(kubectl({}));
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(changes(said), ["cordon", "drain", "delete"]);
  });

  const held = `prometheus-samples\\tmonitoring/samples\\t/var/lib/samples\\t${node}\\n`;

  it("refuses at once to lose a volume of the machine's disk: names it and the way, and touches nothing", () => {
    const others = "ebs\\ta/b\\t\\tzone-a\\nfree\\t/\\t/disk\\tground-default-2\\n";
    const said = leave(kubectl({ volumes: others + held }));
    assert.equal(said.status, 1);
    assert.match(
      said.stderr,
      /^node ground-default-2 stays as it is: .* holds\n {2}\/var\/lib\/samples \(volume prometheus-samples, claimed by monitoring\/samples\)\nand/,
    );
    assert.match(said.stderr, /kubectl annotate node ground-default-2 perigee\.dev\/lose-volumes=true/);
    assert.deepEqual(changes(said), []);
  });

  it("holds no dead machine's node back for it, whatever its Node still says: it is lost already", () => {
    const said = leave(kubectl({ volumes: held, ready: "Unknown" }));
    assert.equal(said.status, 0, said.stderr);
    assert.match(said.stdout, /no longer reports: what was on its machine is lost/);
  });

  it("takes an API server that does not answer for no answer, not for a node that is gone", () => {
    const said = leave(kubectl({ found: "exit 1" }));
    assert.equal(said.status, 1);
    assert.match(said.stderr, /does not say whether node ground-default-2 is there; nothing was changed/);
    assert.deepEqual(changes(said), []);
  });

  it("lets it go where somebody has agreed, and never minds volumes of other nodes", () => {
    assert.equal(leave(kubectl({ volumes: held, agreed: "true" })).status, 0);
    assert.equal(leave(kubectl({ volumes: held.replace(node, `${node}0`) })).status, 0);
    assert.equal(leave(kubectl({ volumes: held.replace(node, `x${node}`) })).status, 0);
    assert.equal(leave(kubectl({ volumes: `ebs\\ta/b\\t\\t${node}\\n` })).status, 0, "no folder of its disk");
  });

  for (const [which, reasons, named] of [
    ["pods without a controller", [`${unmanaged}: default/one, flight/two`], [/default\/one, flight\/two$/m]],
    // kubectl 1.35 begins twice.
    [
      "a pod without a controller",
      [`cannot delete ${unmanaged}: a/b`],
      [/^ {2}Pods that declare no .*: a\/b$/m],
    ],
    ["a pod whose DaemonSet is gone", [`${orphaned}: flight/agent-x`], [/flight\/agent-x$/m]],
    [
      "pods of both kinds",
      [`${orphaned}: flight/agent-x`, `${unmanaged}: default/one`],
      [/flight\/agent-x$/m, /default\/one$/m],
    ],
  ] as const) {
    it(`refuses at once to lose ${which}: names them and the way, and touches nothing`, () => {
      const said = leave(kubectl({ dryRun: refusing(...reasons), real: refusing(...reasons) }));
      assert.equal(said.status, 1);
      for (const name of named) assert.match(said.stderr, name);
      assert.match(said.stderr, /^node ground-default-2 stays as it is/);
      assert.match(said.stderr, /Delete them, or have a Deployment run them elsewhere .* run this again$/m);
      assert.doesNotMatch(said.stderr, /--force/);
      assert.deepEqual(changes(said), []);
    });
  }

  it("holds no dead machine's node back for such pods: they are lost already", () => {
    const reason = refusing(`${unmanaged}: default/one`);
    const said = leave(kubectl({ dryRun: reason, real: reason, ready: "Unknown" }));
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(changes(said), ["cordon", "drain", "delete"]);
  });

  it("leaves what may pass, such as an API server that is busy, to the drain", () => {
    const busy = '{ echo "error: the server is currently unable to handle the request" >&2; exit 1; }';
    const said = leave(kubectl({ dryRun: busy }));
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(changes(said), ["cordon", "drain", "delete"]);
  });
});

describe("admit", () => {
  let root: MachineRoot;
  beforeEach(() => (root = new MachineRoot()));
  afterEach(() => root.remove());

  const request = (): string =>
    openssl(
      [["req", "-new", "-subj", `/O=system:nodes/CN=system:node:${node}`, ...newKey, "-out", "request"]],
      ["request"],
    ).join("");
  const run = (verb: string, more: Readonly<Record<string, string>> = {}): ScriptRunResult =>
    root.run(stepInput("member", { ...inputs, KUBERNETES_VERSION: "1.36.3", ...more }), {
      arguments: [verb, "600"],
      programs: {
        kubectl: `case "$*" in
          ${toldMachines}
          *status.certificate*) base64 <<<signed ;;
          "get node"*--output\\ name*) [ ! -e /var/node ] || echo node/${node} ;;
          "get node"*spec.taints*) printf 'team:NoSchedule\\n' ;;
          "get node"*type==*) printf True ;;
        esac`,
        sleep: "",
      },
    });
  const address = toldOf(node, "address");
  const removed = ({ calls }: ScriptRunResult): string[] =>
    calls.flatMap((call) => /^kubectl (?:label|taint) node \S+ (\S+-)$/.exec(call)?.[1] ?? []);

  it("keeps the machine's address, for which alone its kubelet gets a serving certificate, until it leaves", () => {
    const said = run("admit", { REQUEST: request() });
    assert.equal(said.status, 0, said.stderr);
    assert.equal(said.stdout, "signed\n");
    assert.equal(root.read(address), "10.0.1.12\n");
    run("admit", { REQUEST: request(), PRIVATE_IP: "10.0.1.13" });
    assert.equal(root.read(address), "10.0.1.13\n", "that of the machine of now");
    root.write("/var/node", "");
    assert.equal(run("leave").status, 0);
    assert.ok(!root.has(address));
  });

  const before = { LABELS: "crew=night\nring=outer", TAINTS: "team=a:NoSchedule" };
  for (const [where, tell] of [
    ["the cluster", () => run("admit", { REQUEST: request(), ...before })],
    [
      "files of a version of Perigee with one control plane",
      () => {
        root.write(`/var/lib/perigee/admitted/${node}.label`, `${before.LABELS}\n`);
        root.write(`/var/lib/perigee/admitted/${node}.taint`, `${before.TAINTS}\n`);
      },
    ],
  ] as const) {
    it(`takes away labels and taints that the settings no longer name, as ${where} had them`, () => {
      root.write("/var/node", "");
      tell();
      const said = run("admit", { REQUEST: request(), LABELS: "ring=inner", TAINTS: "" });
      assert.equal(said.status, 0, said.stderr);
      assert.deepEqual(removed(said), ["crew-", "team:NoSchedule-"]);
      assert.equal(root.read(toldOf(node, "label")), "ring=inner\n");
      assert.ok(!root.has(`/var/lib/perigee/admitted/${node}.label`), "taken over");
      assert.deepEqual(removed(run("admit", { REQUEST: request(), LABELS: "ring=inner", TAINTS: "" })), []);
    });
  }

  it("keeps none for a request in another node's name", () => {
    const refused = run("admit", { REQUEST: request(), NODE_NAME: "ground-default-3" });
    assert.equal(refused.status, 1);
    assert.match(
      refused.stderr,
      /the certificate request is for 'subject=O=system:nodes,CN=system:node:ground-default-2'/,
    );
    assert.ok(!root.has(toldOf("ground-default-3", "address")));
  });
});
