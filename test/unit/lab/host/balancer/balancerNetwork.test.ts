import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../../../../lab/command";
import { readJson, writeJson } from "../../../../../lab/files";
import { Keeper } from "../../../../../lab/host/balancer/keeper";
import { balancerProcesses } from "../../../../../lab/host/balancer/processes";
import type { BalancerSpec } from "../../../../../lab/host/balancer/spec";
import { ingressRules } from "../../../../../lab/host/ingressRules";
import { stopProcess } from "../../../../../lab/processes";
import { type LabFolders, labFolders } from "../../../../../lab/settings";
import { onPath } from "../../../../support/infra/tools";
import { balancer, check } from "./examples";

const possible = process.getuid?.() === 0 && ["ip", "nft", "curl", "openssl", "haproxy"].every(onPath);

/** Network namespaces of this test alone, in a block of RFC 5737 that nothing outside of them has. */
const name = (who: Who): string => `balancer-test-${process.pid}-${who}`;
const everyone = ["net", "balancer", "client", "one", "two"] as const;
type Who = (typeof everyone)[number];
const address = { balancer: "192.0.2.8", client: "192.0.2.9", one: "192.0.2.11", two: "192.0.2.12" } as const;

const inside = (who: Who, command: string): Promise<string> =>
  run("ip", ["netns", "exec", name(who), "bash", "-euc", command]);

/** Answers with its own name and the address that it is asked from; /readyz as the file says. */
const server = `const { createServer } = require("node:https"); const { readFileSync, existsSync } = require("node:fs");
const [who, folder] = process.argv.slice(1); const file = (name) => readFileSync(folder + "/" + name);
createServer({ key: file("key.pem"), cert: file("cert.pem") }, (request, answer) => {
  if (request.url === "/readyz") answer.statusCode = existsSync(folder + "/" + who + "-ready") ? 200 : 500;
  if (request.url === "/slow") { answer.write("begun "); setTimeout(() => answer.end("ended"), 4000); }
  else answer.end(who + " " + request.socket.remoteAddress);
}).listen(6443)`;

describe("a balancer, in network namespaces", function () {
  this.timeout(60_000);
  let folder: string;
  let folders: LabFolders;
  let spec: BalancerSpec;
  let kept: Promise<void> | undefined;
  const ending = new AbortController();
  const servers: ChildProcess[] = [];

  before(async function () {
    if (!possible) this.skip();
    folder = await mkdtemp(join(tmpdir(), "perigee-balancer-"));
    folders = labFolders(folder);
    try {
      for (const who of everyone) await run("ip", ["netns", "add", name(who)]);
    } catch {
      this.skip(); // a container that may not make any
    }
    await inside("net", "ip link add bridge type bridge; ip link set bridge up");
    for (const who of everyone.filter((one) => one !== "net")) {
      await inside("net", `ip link add ${who} type veth peer name eth0 netns ${name(who)}`);
      await inside("net", `ip link set ${who} master bridge up`);
      await inside(who, `ip address add ${address[who]}/24 dev eth0; ip link set eth0 up; ip link set lo up`);
    }
    await run("openssl", [
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=x".split(" "),
      ...["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")],
    ]);
    for (const who of ["one", "two"] as const) {
      await writeFile(join(folder, `${who}-ready`), "");
      const program = [process.execPath, "-e", server, who, folder];
      servers.push(spawn("ip", ["netns", "exec", name(who), ...program], { stdio: "ignore" }));
    }
    // The machines admit the balancer alone; the balancer admits the client.
    const admit = (from: string): string =>
      ingressRules([{ protocol: "tcp", fromPort: 6443, toPort: 6443, sourceCidr: `${from}/32` }]);
    for (const who of ["one", "two"] as const) await filter(who, admit(address.balancer));
    await filter("balancer", admit(address.client));
    spec = withTargets("one", "two");
    await writeJson(folders.balancer(spec.id).spec, spec);
    kept = new Keeper(folders, spec.id, () => undefined, name("balancer")).keep(ending.signal);
  });

  after(async () => {
    ending.abort();
    await kept;
    for (const one of servers) one.kill("SIGKILL");
    if (possible) await stopProcess(balancerProcesses(folders, spec.id).haproxy.record);
    for (const who of everyone) await run("ip", ["netns", "delete", name(who)]).catch(() => undefined);
    if (possible) await rm(folder, { recursive: true, force: true });
  });

  async function filter(who: Who, rules: string): Promise<void> {
    await run("ip", ["netns", "exec", name(who), "nft", "-f", "-"], { input: rules });
  }

  function withTargets(...whos: ("one" | "two")[]): BalancerSpec {
    const targets = whos.map((who) => ({ id: `i-${who}`, address: address[who], port: 6443, zone: "a" }));
    const quick = { ...check, interval: 1, timeout: 1 };
    return balancer({
      nodes: [{ zone: "a", subnetCidr: "192.0.2.0/24", privateIp: address.balancer }],
      groups: [{ name: "api", check: quick, targets, deregistrationDelay: 2, connectionTermination: true }],
      registrationSeconds: 2,
    });
  }

  const health = async (): Promise<Record<string, string>> =>
    (await readJson<Record<string, string>>(folders.balancer(spec.id).health)) ?? {};

  async function until(wanted: Record<string, string>): Promise<void> {
    for (let tries = 0; tries < 100; tries += 1) {
      const now = await health();
      if (Object.entries(wanted).every(([id, state]) => now[`api/${id}:6443`] === state)) return;
      await sleep(200);
    }
    assert.deepEqual(await health(), wanted);
  }

  const ask = (path = "", who: Who = "client"): Promise<string> =>
    inside(who, `curl --silent --insecure --max-time 6 https://${address.balancer}:6443/${path}`);

  it("gives nothing to a target that is initial, then a share to each that is healthy", async () => {
    await assert.rejects(ask(), /exit/);
    await until({ "i-one": "healthy", "i-two": "healthy" });
    const answers = new Set([await ask(), await ask(), await ask(), await ask()]);
    assert.deepEqual([...answers].map((answer) => answer.split(" ")[0]).sort(), ["one", "two"]);
  });

  it("shows its own address to the targets, never the client's", async () => {
    assert.match(await ask(), /192\.0\.2\.8$/);
  });

  it("admits whom its security group admits, and nobody else; the targets admit only it", async () => {
    await assert.rejects(ask("", "two"), /exit 28/);
    const past = `curl --silent --insecure --max-time 1 https://${address.one}:6443/`;
    await assert.rejects(inside("client", past), /exit 28/);
  });

  it("gives nothing to a target that is unhealthy, and goes on with the other", async () => {
    await rm(join(folder, "one-ready"));
    await until({ "i-one": "unhealthy", "i-two": "healthy" });
    for (let tries = 0; tries < 4; tries += 1) assert.match(await ask(), /^two/);
    await writeFile(join(folder, "one-ready"), "");
    await until({ "i-one": "healthy" });
  });

  it("takes and gives back targets without a connection lost", async () => {
    const slow = ask("slow");
    await sleep(300);
    await writeJson(folders.balancer(spec.id).spec, { ...spec, groups: withTargets("one", "two").groups });
    await writeJson(folders.balancer(spec.id).spec, { ...withTargets("one", "two"), crossZone: true });
    assert.equal(await slow, "begun ended");
    await writeJson(folders.balancer(spec.id).spec, withTargets("two"));
    await until({ "i-one": "draining" });
    for (let tries = 0; tries < 4; tries += 1) assert.match(await ask(), /^two/);
    for (let tries = 0; tries < 40 && "api/i-one:6443" in (await health()); tries += 1) await sleep(200);
    assert.deepEqual(Object.keys(await health()), ["api/i-two:6443"]);
  });

  it("takes another configuration while connections go on", async () => {
    const slow = ask("slow");
    await sleep(300);
    const more = { ...withTargets("two"), listeners: [...spec.listeners, { port: 7443, group: "api" }] };
    await writeJson(folders.balancer(spec.id).spec, more);
    await sleep(2000);
    assert.match(await ask(), /^two/);
    assert.equal(await slow, "begun ended");
  });
});
