import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { stepInput } from "../../../../../infra/kubeadm/step";
import { newKey, openssl } from "../../../../support/infra/keyPairs";
import { MachineRoot, type ScriptRunResult } from "../../../../support/infra/scriptRun";
import { toldMachines, toldOf } from "../../../../support/infra/toldMachines";
import { etcdPrograms, member, memberIds, writeMembers } from "./etcd";

const node = "ground-control-plane-3";
const inputs = {
  NODE_NAME: node,
  PROVIDER_ID: "aws:///eu-central-1c/i-3",
  PRIVATE_IP: "10.0.3.10",
  REQUEST: "request",
  RECIPIENT: "age1recipient",
  DRAIN_TIMEOUT: "5",
  DEREGISTRATION_SECONDS: "0",
};
const secret = "PRIVATE KEY of the authority";

/** @param cluster what the API server has: the Node's instance, and the control planes that are wanted */
const kubectl = ({ provider = "", names = "ground-control-plane-1 ground-control-plane-2" } = {}): string => `
case "$*" in
  ${toldMachines}
  "get node"*providerID*) printf %s '${provider}' ;;
  "get node"*--ignore-not-found*--output\\ name) ${provider === "" ? "true" : `echo node/${node}`} ;;
  "get node"*type==*) printf %s True ;;
  *perigee-control-planes*) printf %s '${names}' ;;
  *status.certificate*) printf -- '-----BEGIN CERTIFICATE-----\\nsigned\\n-----END CERTIFICATE-----\\n' | base64 ;;
  *lease*) printf %s "$RANDOM$RANDOM" ;;
esac`;

describe("for a control plane that goes or comes, another one", () => {
  let root: MachineRoot;
  beforeEach(() => {
    root = new MachineRoot();
    for (const path of [
      "ca.key",
      "sa.pub",
      "sa.key",
      "front-proxy-ca.crt",
      "front-proxy-ca.key",
      "etcd/ca.crt",
    ]) {
      root.write(`/etc/kubernetes/pki/${path}`, path);
    }
    root.write("/etc/kubernetes/pki/ca.crt", "authority").write("/etc/kubernetes/pki/etcd/ca.key", secret);
    root.write("/etc/kubernetes/perigee/encryption.yaml", "secrets");
    root.write("/var/silent", "").write("/var/lib/perigee/initialised", "");
  });
  afterEach(() => root.remove());

  /** @param sleep what happens while it waits; without it nothing is waited for */
  const run = (
    verb: string,
    program: string,
    more: Readonly<Record<string, string>> = {},
    sleep?: string,
  ): ScriptRunResult => {
    const script = stepInput("../controlPlanes/member", { ...inputs, ...more });
    return root.run(sleep === undefined ? script.replaceAll("wait_for 60", "wait_for 0") : script, {
      arguments: [verb, "600"],
      programs: {
        ...etcdPrograms,
        kubectl: program,
        // What is encrypted for the recipient; a real age is in the test of the round trip.
        age: 'echo "-----BEGIN AGE ENCRYPTED FILE-----"; cat | sha256sum; echo "-----END AGE ENCRYPTED FILE-----"',
        "age-keygen": "",
        sleep: sleep ?? "",
      },
    });
  };
  const changes = ({ calls }: ScriptRunResult): string[] =>
    calls
      .filter((call) => call.startsWith("kubectl ") && !/ --dry-run| get |^kubectl apply| patch /.test(call))
      .map((call) => call.split(" ")[1] ?? "");
  const own = { provider: inputs.PROVIDER_ID };

  describe("takes it out", () => {
    it("after a drain: first of etcd, then of the cluster", () => {
      writeMembers(root, [member(1), member(2), member(3)]);
      root.write(toldOf(node, "address"), "10.0.3.10\n");
      const said = run("leave-control-plane", kubectl(own));
      assert.equal(said.status, 0, said.stderr);
      assert.deepEqual(memberIds(root), ["a1", "a2"]);
      assert.deepEqual(changes(said), ["cordon", "drain", "delete"]);
      assert.ok(!root.has(toldOf(node, "address")));
      const order = said.calls.map((call) => /drain .*--timeout|member remove|delete node/.exec(call)?.[0]);
      assert.deepEqual(
        order.filter((call) => call !== undefined).map((call) => call.split(" ")[0]),
        ["drain", "member", "delete"],
      );
    });

    it("not from an etcd that is not whole: names who does not answer, and touches nothing", () => {
      writeMembers(root, [member(1), member(2, { answers: false }), member(3)]);
      const said = run("leave-control-plane", kubectl(own));
      assert.equal(said.status, 1);
      assert.match(
        said.stderr,
        /-3 stays as it is: etcd is not whole, .* answer: ground-control-plane-2\. Bring/,
      );
      assert.deepEqual([changes(said), memberIds(root).length], [[], 3]);
    });

    it("not where it is new itself, in the place of one that died too: who admits the successor does it", () => {
      rmSync(root.at("/var/lib/perigee/initialised"));
      root.write("/var/no-quorum", "");
      const said = run("leave-control-plane", kubectl(own));
      assert.equal(said.status, 0, said.stderr);
      assert.deepEqual(changes(said), []);
      assert.match(said.stdout, /has not joined yet/);
    });

    it("not while another one still learns what etcd has", () => {
      writeMembers(root, [member(1), member(2, { learner: true }), member(3)]);
      const said = run("leave-control-plane", kubectl(own));
      assert.match(said.stderr, /ground-control-plane-2 \(still learning\)/);
      assert.deepEqual([said.status, memberIds(root).length], [1, 3]);
    });

    it("a dead one too, while the others have their majority, and of five besides another dead one", () => {
      writeMembers(root, [member(1), member(2), member(3, { answers: false })]);
      assert.equal(run("leave-control-plane", kubectl(own)).status, 0);
      assert.deepEqual(memberIds(root), ["a1", "a2"]);
      const dead = { answers: false };
      writeMembers(root, [member(1), member(2), member(3, dead), member(4), member(5, dead)]);
      assert.equal(run("leave-control-plane", kubectl(own)).status, 0);
      writeMembers(root, [member(1), member(2, dead), member(3, dead)]);
      const said = run("leave-control-plane", kubectl(own));
      assert.match(
        said.stderr,
        /without it etcd would have 2 members, and these do not answer: ground-control-plane-2/,
      );
    });

    it("a dead one also beside one that never started: who still learns has no vote, and is named by its address", () => {
      const learner = { id: "b4", name: "", address: "10.0.4.10", learner: true };
      writeMembers(root, [member(1), member(2), member(3, { answers: false }), learner]);
      const said = run("leave-control-plane", kubectl(own));
      assert.equal(said.status, 0, said.stderr);
      assert.deepEqual(memberIds(root), ["a1", "a2", "b4"]);
      writeMembers(root, [member(1), member(2), member(3), learner]);
      const lives = run("leave-control-plane", kubectl(own));
      assert.match(
        lives.stderr,
        /do not answer: a member that was added at 10\.0\.4\.10:2380 and has never started \(still learning\)\. .*'pulumi up' with the controlPlane\.count of/,
      );
    });

    it("also beside what the join of one left that is to go too: who still learns is of no machine of now", () => {
      const learner = { id: "b4", name: "", address: "10.0.4.10", learner: true };
      const more = {
        OTHERS:
          "10.0.1.10 aws:///z/i-1 ground-control-plane-1\n10.0.2.10 aws:///z/i-2 ground-control-plane-2",
      };
      writeMembers(root, [member(1), member(2), member(3), learner]);
      const said = run("leave-control-plane", kubectl(own), more);
      assert.equal(said.status, 0, said.stderr);
      assert.deepEqual(memberIds(root), ["a1", "a2"]);
    });

    it("never the only one with the data", () => {
      writeMembers(root, [member(3)]);
      const said = run("leave-control-plane", kubectl(own));
      assert.match(said.stderr, /-3 stays: it is the only one with etcd's data/);
      assert.deepEqual([said.status, changes(said)], [1, []]);
    });

    it("not where it is the one that the settings still ask for: of three, one stays", () => {
      writeMembers(root, [member(1), member(2), member(3)]);
      const said = run("leave-control-plane", kubectl({ ...own, names: node }));
      assert.equal(said.status, 0, said.stderr);
      assert.match(said.stdout, /is the only control plane that the settings ask for: it stays/);
      assert.deepEqual([changes(said), memberIds(root).length], [[], 3]);
    });

    it("says where etcd has lost its quorum, and what brings the cluster back", () => {
      writeMembers(root, [member(1), member(3)]);
      root.write("/var/no-quorum", "");
      const said = run("leave-control-plane", `case "$*" in *readyz) exit 1 ;; esac`);
      assert.equal(said.status, 1);
      assert.match(
        said.stderr,
        /etcd does not answer, and nothing was changed\. .* comes back from a backup/,
      );
    });

    it("does nothing a second time", () => {
      writeMembers(root, [member(1), member(2)]);
      const said = run("leave-control-plane", kubectl());
      assert.deepEqual([said.status, changes(said), memberIds(root)], [0, [], ["a1", "a2"]]);
    });
  });

  describe("admits it", () => {
    const request = (): string =>
      openssl(
        [["req", "-new", "-subj", `/O=system:nodes/CN=system:node:${node}`, ...newKey, "-out", "request"]],
        ["request"],
      ).join("");
    const admit = (
      program: string,
      more: Readonly<Record<string, string>> = {},
      sleep?: string,
    ): ScriptRunResult => run("admit-control-plane", program, { REQUEST: request(), ...more }, sleep);

    it("prints a certificate, and the keys encrypted for it alone: no key in clear", () => {
      writeMembers(root, [member(1), member(2)]);
      const said = admit(kubectl());
      assert.equal(said.status, 0, said.stderr);
      assert.match(
        said.stdout,
        /^-----BEGIN CERTIFICATE-----\nsigned\n[^]*-----BEGIN AGE ENCRYPTED FILE-----/,
      );
      assert.ok(said.calls.includes("age --encrypt --armor --recipient age1recipient"));
      assert.ok(!`${said.stdout}${said.stderr}${said.calls.join()}`.includes(secret));
      assert.equal(root.read(toldOf(node, "address")), "10.0.3.10\n");
    });

    it("prints the same again, until the machine or the keys are others", () => {
      writeMembers(root, [member(1), member(2)]);
      const more = { REQUEST: request() };
      const [first, second] = [admit(kubectl(), more), admit(kubectl(own), more)];
      assert.equal(second.stdout, first.stdout);
      assert.ok(!second.calls.some((call) => call.startsWith("age ")));
      root.write("/etc/kubernetes/perigee/encryption.yaml", "other secrets");
      assert.notEqual(admit(kubectl(own), more).stdout, first.stdout);
    });

    it("takes the member and the Node of its former machine away first, and what never started", () => {
      writeMembers(root, [
        member(1),
        member(2),
        member(3, { address: "10.0.3.9", answers: false }),
        { id: "b1", name: "", address: "10.0.3.10" },
      ]);
      const said = admit(kubectl({ provider: "aws:///eu-central-1c/i-former" }));
      assert.equal(said.status, 0, said.stderr);
      assert.deepEqual(memberIds(root), ["a1", "a2"]);
      assert.match(
        said.stderr,
        /node ground-control-plane-3 was aws:\/\/\/eu-central-1c\/i-former, which is gone/,
      );
      assert.ok(changes(said).indexOf("delete") < changes(said).indexOf("certificate"));
    });

    it("leaves a member that lives as it is, whatever became of its Node", () => {
      writeMembers(root, [member(1), member(2), member(3)]);
      for (const program of [kubectl(own), kubectl()]) assert.equal(admit(program).status, 0);
      assert.deepEqual(memberIds(root), ["a1", "a2", "a3"]);
    });

    describe("where another one died too, and its successor comes later", () => {
      const dead = { answers: false };
      const others = (address: string, provider = "i-5"): string =>
        [1, 2, 4]
          .map((number) => `10.0.${number}.10 aws:///z/i-${number} ground-control-plane-${number}`)
          .concat(`${address} aws:///z/${provider} ground-control-plane-5`)
          .join("\n");
      /** The Node of the other dead one, as its machine of then registered it. */
      const cluster = (node: string): string =>
        `case "$*" in "get node ground-control-plane-5 "*providerID*) printf %s '${node}'; exit ;; esac\n${kubectl()}`;
      const five = (): void =>
        writeMembers(root, [member(1), member(2), member(3, dead), member(4), member(5, dead)]);

      it("takes that one's member out as well: etcd itself takes in nobody beside one that does not answer", () => {
        for (const [address, node] of [
          ["10.0.5.99", ""],
          ["10.0.5.10", "aws:///z/i-former"], // its successor was given the same address
        ] as const) {
          five();
          const said = admit(cluster(node), { OTHERS: others(address) });
          assert.equal(said.status, 0, said.stderr);
          assert.deepEqual(memberIds(root), ["a1", "a2", "a4"]);
          assert.match(said.stderr, /the machine at 10\.0\.5\.10:2380 is gone/);
        }
      });

      it("leaves it in where it is the machine of now, which may come back, or may not have joined yet", () => {
        for (const node of ["aws:///z/i-5", ""]) {
          five();
          const said = admit(cluster(node), { OTHERS: others("10.0.5.10") });
          assert.equal(said.status, 1);
          assert.match(said.stderr, /not admitted: etcd is not whole, .*: ground-control-plane-5\. Bring/);
          assert.deepEqual(memberIds(root), ["a1", "a2", "a4", "a5"]);
        }
      });

      it("takes out nobody whose loss would take etcd's majority along", () => {
        writeMembers(root, [member(1), member(2, dead), member(5, dead)]);
        const said = admit(kubectl(), { OTHERS: "10.0.1.10 aws:///z/i-1 ground-control-plane-1" });
        assert.match(
          said.stderr,
          /ground-control-plane-2 stays a member: without it etcd would have 2 members/,
        );
        assert.deepEqual([said.status, memberIds(root).length], [1, 3]);
      });

      it("takes out what never started at an address that no machine has any more", () => {
        writeMembers(root, [
          member(1),
          member(2),
          { id: "b1", name: "", address: "10.0.9.10", learner: true },
        ]);
        const said = admit(kubectl(), { OTHERS: others("10.0.5.10") });
        assert.equal(said.status, 0, said.stderr);
        assert.deepEqual(memberIds(root), ["a1", "a2"]);
      });
    });

    describe("where the join of another one was interrupted, from 3 to 5, and etcd still has its learner", () => {
      const others = {
        OTHERS: [1, 2, 4]
          .map((number) => `10.0.${number}.10 aws:///z/i-${number} ground-control-plane-${number}`)
          .join("\n"),
      };
      const learners = [
        member(4, { learner: true, answers: false }),
        { id: "a4", name: "", address: "10.0.4.10", learner: true },
      ];

      it("takes that out, though its machine lives: that one has its turn later, and adds it anew", () => {
        for (const learner of learners) {
          writeMembers(root, [member(1), member(2), learner]);
          const said = admit(kubectl(), others);
          assert.equal(said.status, 0, said.stderr);
          assert.deepEqual(memberIds(root), ["a1", "a2"]);
          const name =
            learner.name === ""
              ? "a member that was added at 10\\.0\\.4\\.10:2380 and has never started"
              : learner.name;
          assert.match(
            said.stderr,
            new RegExp(`join was interrupted, .*\ntaking ${name} out of etcd \\(member a4\\)`),
          );
        }
      });

      it("waits for one that a step still at work has added", () => {
        writeMembers(root, [member(1), member(2), member(4, { learner: true })]);
        const said = admit(kubectl(), others, "sed -i 's/true$/false/' /var/members");
        assert.equal(said.status, 0, said.stderr);
        assert.deepEqual(memberIds(root), ["a1", "a2", "a4"]);
      });
    });

    it("names a member that never started, and has a vote, by its address where it may not go", () => {
      writeMembers(root, [
        member(1),
        member(2, { answers: false }),
        { id: "b9", name: "", address: "10.0.9.10" },
      ]);
      const said = admit(kubectl(), {
        OTHERS:
          "10.0.1.10 aws:///z/i-1 ground-control-plane-1\n10.0.2.10 aws:///z/i-2 ground-control-plane-2",
      });
      assert.equal(said.status, 1);
      assert.match(
        said.stderr,
        /^a member that was added at 10\.0\.9\.10:2380 and has never started stays a member: without it etcd would have 2 members/m,
      );
      assert.doesNotMatch(said.stderr, /(^|: )- /m);
    });

    it("not into an etcd that is not whole, nor for another's request", () => {
      writeMembers(root, [member(1), member(2, { answers: false })]);
      const said = admit(kubectl(), { OTHERS: "10.0.2.10 aws:///z/i-2 ground-control-plane-2" });
      assert.match(said.stderr, /ground-control-plane-2/);
      const other = admit(kubectl(), { NODE_NAME: "ground-control-plane-2" });
      assert.match(other.stderr, /the certificate request is for/);
      assert.deepEqual([said.status, other.status, said.stdout, other.stdout], [1, 1, "", ""]);
    });
  });
});
