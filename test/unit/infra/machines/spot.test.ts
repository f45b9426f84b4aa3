import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deploy } from "../../../support/infra/mocks";
import { twoPools } from "../../../support/infra/settingsExamples";

const script = join(__dirname, "../../../../infra/machines/scripts/spot.sh");
const notice = '{"action": "terminate", "time": "2026-11-26T12:02:00Z"}';

/** Programs in place of the machine's own. What a test wants of them is in files of the folder that they are in. */
const programs: Readonly<Record<string, string>> = {
  hostname: `echo ground-passes-1`,
  // Metadata: the token, then the notice, which is in a file while it stands.
  curl: `
    echo "curl $*" >>"$folder/calls"
    case "$*" in
      *PUT*api/token*) echo session-token ;;
      *spot/instance-action*)
        [ "$(cat)" = "X-aws-ec2-metadata-token: session-token" ] || exit 22
        cat "$folder/notice" 2>/dev/null || exit 22 ;;
      *) exit 6 ;;
    esac`,
  // A cluster: "away" makes it fail, "mute" makes it take no Event, "held" names pods that a budget holds, an evicted pod is gone.
  kubectl: `
    if [ -e "$folder/away" ]; then echo "Unable to connect to the server" >&2; exit 1; fi
    echo "$KUBECONFIG $*" >>"$folder/calls"
    case "$*" in
      *" get pods "*) cat "$folder/pods" ;;
      *eviction*)
        pod=$(sed -n 's/.*"name": "\\([^"]*\\)".*/\\1/p')
        if grep -qx "$pod" "$folder/held"; then
          echo "Error from server (TooManyRequests): Cannot evict pod" >&2
          exit 1
        fi
        echo "$pod" >>"$folder/evicted"
        sed -i "/ $pod /d" "$folder/pods" ;;
      *events*)
        if [ -e "$folder/mute" ]; then echo "Error from server (InternalError)" >&2; exit 1; fi
        cat >>"$folder/events" ;;
    esac`,
  // Between two rounds: what happens meanwhile, and the end after as many rounds as the test wants.
  sleep: `
    echo round >>"$folder/rounds"
    round=$(grep -c . "$folder/rounds")
    if [ -e "$folder/after-$round" ]; then . "$folder/after-$round"; fi
    if [ "$round" -ge "$(cat "$folder/limit")" ]; then kill -KILL "$PPID"; fi`,
};

const pods = `default app-1 ReplicaSet <none>
default bare <none> <none>
default leaving-1 ReplicaSet 2026-11-26T12:00:00Z
kube-system kube-flannel-x DaemonSet <none>
kube-system kube-proxy-x Example,DaemonSet <none>
kube-system static-file Node <none>
telemetry held-1 ReplicaSet <none>
`;

describe("a Spot machine", () => {
  let folder: string;
  const file = (name: string): string => join(folder, name);
  const said = (name: string): string => (existsSync(file(name)) ? readFileSync(file(name), "utf8") : "");
  const lines = (name: string): string[] => said(name).split("\n").filter(Boolean);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "perigee-spot-"));
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(file(name), `#!/usr/bin/env bash\nfolder=${folder}\n${text}\n`, { mode: 0o755 });
    }
    writeFileSync(file("pods"), pods);
    writeFileSync(file("held"), "");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs the script until it has gone round so many times, and is then killed; returns its journal. */
  function run(rounds: number): string {
    rmSync(file("rounds"), { force: true });
    writeFileSync(file("limit"), String(rounds));
    const env = { PATH: `${folder}:${process.env.PATH}` };
    const { stdout, stderr, signal } = spawnSync("bash", [script], {
      env,
      encoding: "utf8",
      timeout: 30_000,
    });
    assert.equal(signal, "SIGKILL", `it ends only when it is killed: ${stderr}`);
    return stdout + stderr;
  }
  const stands = (): void => writeFileSync(file("notice"), notice);

  it("asks with a session token, and asks nothing of the cluster, while no notice stands", () => {
    assert.equal(run(3), "");
    const asked = lines("calls");
    assert.equal(asked.length, 6);
    assert.ok(asked.every((call) => call.startsWith("curl ")));
    assert.ok(!asked.some((call) => call.includes("session-token")), "a token is on no process list");
  });

  it("cordons its node and evicts the pods that can go elsewhere, with the kubelet's credentials", () => {
    stands();
    const journal = run(1);
    assert.deepEqual(lines("evicted"), ["app-1", "bare", "held-1"]);
    const calls = lines("calls").filter((call) => !call.startsWith("curl "));
    assert.ok(calls.every((call) => call.startsWith("/etc/kubernetes/kubelet.conf ")));
    const cordon = calls.findIndex((call) => call.endsWith("cordon ground-passes-1"));
    const list = calls.findIndex((call) => call.includes("spec.nodeName=ground-passes-1"));
    assert.ok(cordon >= 0 && cordon < list, "no new pod comes while the others go");
    assert.match(journal, /takes this machine back at 2026-11-26T12:02:00Z: draining node ground-passes-1/);
    assert.match(journal, /^evicted default\/app-1$/m);
  });

  it("says so in an Event of its node, which stays when the machine is gone; once, however long it takes", () => {
    stands();
    run(4);
    const event = JSON.parse(said("events")) as Record<string, unknown>;
    assert.equal(event.reason, "SpotInterruption");
    assert.match(String(event.message), /2026-11-26T12:02:00Z/);
    assert.deepEqual(event.involvedObject, {
      apiVersion: "v1",
      kind: "Node",
      name: "ground-passes-1",
      uid: "ground-passes-1",
    });
  });

  for (const [what, gone] of [
    ["the API server is away", "away"],
    ["the API server takes no Event", "mute"],
  ] as const) {
    it(`makes that Event once, in a later round, when ${what} in the first ones`, () => {
      stands();
      writeFileSync(file(gone), "");
      writeFileSync(file("after-2"), `rm "$folder/${gone}"`);
      run(5);
      const event = JSON.parse(said("events")) as Record<string, unknown>;
      assert.equal(event.reason, "SpotInterruption");
      assert.deepEqual(lines("evicted"), ["app-1", "bare", "held-1"]);
    });
  }

  it("drains a node of which the API server takes no Event", () => {
    stands();
    writeFileSync(file("mute"), "");
    run(1);
    assert.deepEqual(lines("evicted"), ["app-1", "bare", "held-1"]);
  });

  it("lets a PodDisruptionBudget hold a pod, and asks again as long as there is time", () => {
    stands();
    writeFileSync(file("held"), "held-1\n");
    writeFileSync(file("after-3"), `: >"$folder/held"`);
    const journal = run(4);
    assert.deepEqual(lines("evicted"), ["app-1", "bare", "held-1"], "each pod once, the held one in the end");
    assert.equal(journal.match(/telemetry\/held-1 stays for now: .*Cannot evict pod/g)?.length, 3);
  });

  it("goes on where one that was killed stopped", () => {
    stands();
    writeFileSync(file("held"), "bare\nheld-1\n");
    run(1);
    writeFileSync(file("held"), "");
    run(1);
    assert.deepEqual(lines("evicted"), ["app-1", "bare", "held-1"]);
  });

  it("goes on while neither the metadata nor the cluster answers, and drains once they do", () => {
    writeFileSync(file("away"), "");
    writeFileSync(file("after-1"), `echo '${notice}' >"$folder/notice"`);
    writeFileSync(file("after-3"), `rm "$folder/away"`);
    assert.match(run(4), /Unable to connect/);
    assert.deepEqual(lines("evicted"), ["app-1", "bare", "held-1"]);
  });

  it("of a pool with spot: true has this unit from its first boot, and no other machine has it", async () => {
    const { resources } = await deploy(twoPools);
    const machines = resources.filter(({ type }) => type === "aws:ec2/instance:Instance");
    const watching = machines.filter(({ inputs }) =>
      String(inputs.userData).includes("perigee-spot.service"),
    );
    assert.deepEqual(
      watching.map(({ name }) => name),
      ["ground-passes-1"],
    );
    assert.match(String(watching[0]?.inputs.userData), /- enable\n\s+- --now\n\s+- perigee-spot\.service/);
  });
});
