import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../../../lab/command";
import { writeJson } from "../../../../../lab/files";
import { bridgeName, metadataIp, metadataPort } from "../../../../../lab/host/addresses";
import { hostRules } from "../../../../../lab/host/hostRules";
import { ingressRules } from "../../../../../lab/host/ingressRules";
import { typescriptProgram } from "../../../../../lab/processes";
import { labFolders } from "../../../../../lab/settings";
import { onPath } from "../../../../support/infra/tools";

const possible = process.getuid?.() === 0 && ["ip", "nft", "curl"].every(onPath);
const server = join(__dirname, "../../../../../lab/pulumi/providers/aws/metadata/main.ts");
const instanceId = "i-0123456789abcdef0";
const machineIp = "10.0.1.4";

/** Network namespaces of this test alone: a host at a cloud's metadata, a machine on its bridge, a pod on the machine. */
const name = (who: "cloud" | "host" | "machine" | "pod"): string => `metadata-test-${process.pid}-${who}`;
const everyone = ["cloud", "host", "machine", "pod"] as const;
type Who = (typeof everyone)[number];

const inside = (who: Who, command: string): Promise<string> =>
  run("ip", ["netns", "exec", name(who), "bash", "-euc", command]);

describe("the way to the metadata, in network namespaces", () => {
  let folder: string;
  const servers: ChildProcess[] = [];

  before(async function () {
    if (!possible) this.skip();
    folder = await mkdtemp(join(tmpdir(), "perigee-metadata-"));
    try {
      for (const who of everyone) await run("ip", ["netns", "add", name(who)]);
    } catch {
      this.skip(); // a container that may not make any
    }
    await wire();
    await writeFile(join(folder, "cloud.json"), JSON.stringify({ resources: { one: instance } }));
    await writeJson(labFolders(folder).machine(instanceId).spec, { userData: "#cloud-config\n" });
    const theCloud = `const { createServer } = require("node:http");
      for (const port of [80, 8080]) createServer((_, answer) => answer.end("the cloud's")).listen(port)`;
    serve("cloud", process.execPath, ["-e", theCloud]);
    const { command, args } = typescriptProgram(server, folder, "10.0.1.1", String(metadataPort));
    serve("host", command, args);
    await inside("host", `curl ${patiently} http://10.0.1.1:${metadataPort}/ || [ $? = 52 ]`); // no answer: no machine
  });

  after(async () => {
    for (const one of servers) one.kill("SIGKILL");
    for (const who of everyone) await run("ip", ["netns", "delete", name(who)]).catch(() => undefined);
    if (possible) await rm(folder, { recursive: true, force: true });
  });

  function serve(who: Who, command: string, args: readonly string[]): void {
    servers.push(spawn("ip", ["netns", "exec", name(who), command, ...args], { stdio: "ignore" }));
  }

  it("leads a process on the machine to what the machine is, its own interface and user data included", async () => {
    await hops(1);
    assert.equal(await inside("machine", read("meta-data/instance-id")), instanceId);
    const mac = await inside("machine", "cat /sys/class/net/eth0/address");
    assert.equal(await inside("machine", read("meta-data/mac")), mac.trim());
    assert.equal(await inside("machine", read("user-data")), "#cloud-config\n");
  });

  it("ends before a pod, which gets no answer, where the hop limit is 1", async () => {
    await hops(1);
    await assert.rejects(inside("pod", read("meta-data/instance-id")), /exit 28/, "curl's time limit");
  });

  it("reaches a pod where the hop limit is 2", async () => {
    await hops(2);
    assert.equal(await inside("pod", read("meta-data/instance-id")), instanceId);
  });

  it("is for machines: the host itself still has the metadata of the cloud that it is in", async () => {
    await hops(1);
    assert.equal(await inside("host", `curl ${quickly} http://${metadataIp}/`), "the cloud's");
    assert.equal(await inside("host", `curl ${quickly} http://${metadataIp}:8080/`), "the cloud's");
  });

  it("does not lead a machine to the metadata of the cloud that the host is in", async () => {
    await hops(1);
    await assert.rejects(inside("machine", `curl ${quickly} http://${metadataIp}:8080/`), /exit 28/);
  });
});

const quickly = "--silent --fail --max-time 2";
const patiently = "--silent --retry 50 --retry-delay 1 --retry-connrefused --max-time 30";
const read = (
  path: string,
): string => `token=$(curl ${quickly} -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" http://${metadataIp}/latest/api/token)
  curl ${quickly} -H "X-aws-ec2-metadata-token: $token" http://${metadataIp}/latest/${path}`;

const instance = {
  id: instanceId,
  type: "aws:ec2/instance:Instance",
  properties: { privateIp: machineIp, instanceType: "t3.large", metadataOptions: { httpTokens: "required" } },
};

async function hops(limit: number): Promise<void> {
  const rules = hostRules("10.0.0.0/16", [], [{ privateIp: machineIp, hops: limit }]);
  await run("ip", ["netns", "exec", name("host"), "nft", "-f", "-"], { input: rules });
}

async function wire(): Promise<void> {
  await inside("host", `ip link add ${bridgeName} type bridge; ip link set ${bridgeName} up`);
  await inside("host", `ip address add 10.0.1.1/24 dev ${bridgeName}; ip link set lo up`);
  await inside("host", `ip link add uplink type veth peer name eth0 netns ${name("cloud")}`);
  await inside("host", "ip address add 192.0.2.2/24 dev uplink; ip link set uplink up");
  await inside("host", `ip route add ${metadataIp} dev uplink; echo 1 >/proc/sys/net/ipv4/ip_forward`);
  await inside("cloud", `ip address add 192.0.2.1/24 dev eth0; ip address add ${metadataIp}/32 dev eth0`);
  await inside("cloud", "ip link set eth0 up; ip route add default via 192.0.2.2");
  await inside("host", `ip link add port type veth peer name eth0 netns ${name("machine")}`);
  await inside("host", `ip link set port master ${bridgeName} up`);
  await inside("machine", `ip address add ${machineIp}/24 dev eth0; ip link set eth0 up`);
  await inside("machine", "ip route add default via 10.0.1.1; echo 1 >/proc/sys/net/ipv4/ip_forward");
  await inside("machine", `ip link add cni0 type veth peer name eth0 netns ${name("pod")}`);
  await inside("machine", "ip address add 10.244.1.1/24 dev cni0; ip link set cni0 up");
  await inside("pod", "ip address add 10.244.1.2/24 dev eth0; ip link set eth0 up");
  await inside("pod", "ip route add default via 10.244.1.1");
  // Of the machine, its security groups (nothing is admitted), and the pod network's masquerading.
  const masquerade = `table ip pods {
  chain leaving {
    type nat hook postrouting priority srcnat
    ip saddr 10.244.0.0/16 masquerade
  }
}`;
  const input = `${ingressRules([])}\n${masquerade}\n`;
  await run("ip", ["netns", "exec", name("machine"), "nft", "-f", "-"], { input });
}
