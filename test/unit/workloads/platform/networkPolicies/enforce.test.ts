import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../../../../../settings/repositoryRoot";

const script = join(repositoryRoot, "workloads/platform/networkPolicies/enforce.sh");
const token = "token-of-the-account";

/** Rules as iptables lists them, of the engine and of others. */
const rules = [
  "-P INPUT ACCEPT",
  "-N FLANNEL-FWD",
  "-N KUBE-NWPLCY-COMMON",
  "-N KUBE-POD-FW-ABC",
  "-N KUBE-ROUTER-INPUT",
  '-A INPUT -m comment --comment "kube-router netpol - XY" -j KUBE-ROUTER-INPUT',
  "-A FORWARD -j FLANNEL-FWD",
  "-A KUBE-ROUTER-INPUT -d 10.244.1.7/32 -j KUBE-POD-FW-ABC",
];

describe("enforce.sh", () => {
  let folder: string;
  const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-enforce-"));
    const stub = async (name: string, body: string): Promise<void> => {
      await writeFile(join(folder, name), `#!/bin/sh\n${body}\n`);
      await chmod(join(folder, name), 0o755);
    };
    await writeFile(join(folder, "rules"), `${rules.join("\n")}\n`);
    await writeFile(join(folder, "token"), token);
    // Ends by itself when a file says how; else when it is told to.
    await stub(
      "kube-router",
      `echo "$@" > $DIR/started; [ ! -f $DIR/code ] || exit "$(cat $DIR/code)"; exec sleep 60`,
    );
    await stub("curl", `echo "$@" > $DIR/asked; cat > $DIR/config; cat $DIR/answer`);
    await stub("iptables", "cat $DIR/rules");
    await stub("iptables-restore", "cat > $DIR/restored");
    await stub(
      "ipset",
      `if [ "$1" = list ]; then printf 'KUBE-SRC-A\\nmine\\nKUBE-DST-B\\n'; else echo "$@" >> $DIR/sets; fi`,
    );
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Starts it, ends it when the engine runs, and gives its exit code. */
  async function ended(): Promise<number | null> {
    const text = (await readFile(script, "utf8")).replace(
      "/var/run/secrets/kubernetes.io/serviceaccount",
      folder,
    );
    const env = {
      ...{ PATH: `${folder}:${process.env["PATH"]}`, DIR: folder, NAMESPACE: "kube-system" },
      ...{
        KUBERNETES_SERVICE_HOST: "10.96.0.1",
        KUBERNETES_SERVICE_PORT: "443",
        DAEMON_SET: "policy-engine",
      },
    };
    const child = spawn("sh", ["-c", text, "sh", "--run-firewall=true"], { env, stdio: "ignore" });
    const exit = once(child, "exit");
    while (!existsSync(join(folder, "started"))) await new Promise((resolve) => setTimeout(resolve, 10));
    if (!existsSync(join(folder, "code"))) child.kill("SIGTERM");
    return ((await exit) as [number | null])[0];
  }

  it("takes the engine's chains and sets away when the DaemonSet is deleted, and no others", async () => {
    for (const answer of [
      "not found\n404",
      '{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"}}\n200',
    ]) {
      await rm(join(folder, "started"), { force: true });
      await rm(join(folder, "sets"), { force: true });
      await writeFile(join(folder, "answer"), answer);
      assert.equal(await ended(), 0);
      assert.deepEqual((await read("restored")).trim().split("\n"), [
        "*filter",
        '-D INPUT -m comment --comment "kube-router netpol - XY" -j KUBE-ROUTER-INPUT',
        ...["-F KUBE-NWPLCY-COMMON", "-F KUBE-POD-FW-ABC", "-F KUBE-ROUTER-INPUT"],
        ...["-X KUBE-NWPLCY-COMMON", "-X KUBE-POD-FW-ABC", "-X KUBE-ROUTER-INPUT"],
        "COMMIT",
      ]);
      assert.equal(await read("sets"), "destroy KUBE-SRC-A\ndestroy KUBE-DST-B\n");
    }
  });

  it("leaves them where only the pod ends, and where the API server does not answer", async () => {
    for (const answer of ['{"metadata":{"name":"policy-engine"}}\n200', "\n000", "forbidden\n403", ""]) {
      await rm(join(folder, "started"), { force: true });
      await writeFile(join(folder, "answer"), answer);
      assert.equal(await ended(), 0);
      assert.ok(!existsSync(join(folder, "restored")), answer);
    }
  });

  it("asks by a token that no list of processes shows", async () => {
    await writeFile(join(folder, "answer"), "\n200");
    await ended();
    assert.ok(!(await read("asked")).includes(token));
    assert.equal(await read("config"), `header = "Authorization: Bearer ${token}"\n`);
    assert.match(
      await read("asked"),
      /https:\/\/10\.96\.0\.1:443\/apis\/apps\/v1\/namespaces\/kube-system\/daemonsets\/policy-engine/,
    );
  });

  it("ends as the engine does where that ends by itself, asks nobody and leaves the rules", async () => {
    await writeFile(join(folder, "code"), "7");
    assert.equal(await ended(), 7);
    assert.ok(!existsSync(join(folder, "asked")) && !existsSync(join(folder, "restored")));
    assert.equal(await read("started"), "--run-firewall=true\n");
  });
});
