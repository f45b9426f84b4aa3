import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CloudResource } from "../../../../../lab/pulumi/providers/aws/account";
import { AwsProvider } from "../../../../../lab/pulumi/providers/aws/awsProvider";
import { Cloud } from "../../../../../lab/pulumi/providers/aws/cloud";
import { ingressByInstance } from "../../../../../lab/pulumi/providers/aws/firewall";
import { giveNotice } from "../../../../../lab/pulumi/providers/aws/interruption/notice";
import { hasTerminated, takeBack } from "../../../../../lab/pulumi/providers/aws/interruption/takeBack";
import { NoMachines } from "../../../../../lab/pulumi/providers/aws/noMachines";
import { ingressRuleToken } from "../../../../../lab/pulumi/providers/aws/types/securityGroups";

const type = "aws:ec2/instance:Instance";
const now = new Date("2026-11-26T12:00:00.900Z");

const machine = (id: string, name: string, more: object = {}): CloudResource => ({
  id,
  type,
  properties: { instanceState: "running", instanceLifecycle: "spot", tagsAll: { Name: name }, ...more },
});
const passes = machine("i-1", "ground-passes-1");
const ondemand = machine("i-2", "ground-default-1", { instanceLifecycle: "" });
const booting = machine("i-3", "ground-passes-2", { instanceState: "pending" });

describe("a Spot interruption of the lab", () => {
  let folder: string;
  let cloud: Cloud;
  let host: NoMachines;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-interruption-"));
    cloud = new Cloud(folder, () => "");
    host = new NoMachines(folder);
    await cloud.change((account) => [passes, ondemand, booting].forEach((one) => account.put(one)));
    await host.start({
      id: "i-1",
      name: "ground-passes-1",
      subnetCidr: "10.0.1.0/24",
      privateIp: "10.0.1.4",
      userData: "",
      rootDiskGiB: 20,
      instanceType: "t3.large",
      availabilityZone: "lab-local-1a",
    });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const give = (node?: string, at = now) => cloud.change((account) => giveNotice(account, node, at));
  const notices = () => cloud.look(({ data }) => data.notices);

  it("is announced two minutes ahead, by name or by instance ID, and once", async () => {
    const notice = { action: "terminate", time: "2026-11-26T12:02:00Z" };
    assert.deepEqual(await give("ground-passes-1"), { id: "i-1", name: "ground-passes-1", notice });
    assert.deepEqual((await give("i-1", new Date("2026-11-26T12:01:00Z"))).notice, notice);
    assert.deepEqual(await notices(), { "i-1": notice });
  });

  it("is refused for every other machine, with the names of those that can be taken", async () => {
    const choice = "Spot machines: ground-passes-1, ground-passes-2.";
    await assert.rejects(give("ground-default-1"), {
      message: `ground-default-1 (i-2) is no Spot machine, and AWS takes back no other. ${choice}`,
    });
    await assert.rejects(give("nobody"), { message: `There is no machine nobody. ${choice}` });
    await assert.rejects(give(undefined), { message: `NODE is not set. ${choice}` });
    await assert.rejects(
      give("ground-passes-2"),
      /ground-passes-2 \(i-3\) is pending; interrupt it when it is/,
    );
    assert.deepEqual(await notices(), {});
  });

  it("says how to get Spot machines where there are none", async () => {
    await cloud.change((account) => ["i-1", "i-3"].forEach((id) => account.remove(type, id)));
    await assert.rejects(give("ground-default-1"), /There are no Spot machines: .*`spot: true`.*`make up`/);
  });

  describe("when its time has come", () => {
    const past = new Date(Date.now() - 120_000);
    const found = () => cloud.look((account) => account.find(type, "i-1")?.properties);
    const shutDowns: string[] = [];
    const take = (shutDown: (id: string) => Promise<void>) =>
      takeBack("i-1", { cloud, host, shutDown, limitMs: 300 });
    beforeEach(() => void shutDowns.splice(0));

    it("shuts the machine down, and only then terminates it", async () => {
      await give("i-1", past);
      let stateBefore = "";
      await take(async (id) => {
        shutDowns.push(id);
        stateBefore = await host.state(id);
      });
      assert.deepEqual([shutDowns, stateBefore], [["i-1"], "running"]);
      assert.equal(await host.state("i-1"), "absent");
      assert.deepEqual(await notices(), {});
    });

    it("cuts off a machine that does not shut down", async () => {
      await give("i-1", past);
      await take(() => Promise.reject(new Error("it does not answer")));
      assert.equal(await host.state("i-1"), "absent");
    });

    it("leaves the instance listed as terminated, without addresses, until a refresh sees that it is gone", async () => {
      assert.equal(await cloud.look(hasTerminated), false);
      await give("i-1", past);
      await take(() => Promise.resolve());
      const { instanceState, privateIp, publicIp } = (await found()) ?? {};
      assert.deepEqual([instanceState, privateIp, publicIp], ["terminated", "", ""]);
      assert.equal(await cloud.look(hasTerminated), true);
      await assert.rejects(give("i-1"), /ground-passes-1 \(i-1\) is terminated/);

      const log = { status: () => undefined, warn: () => undefined, error: () => undefined };
      const call = { urn: "urn:i-1", type, name: "i-1", signal: new AbortController().signal, log };
      const settings = {
        stateFolder: folder,
        machines: "none",
        region: "r",
        deleteWaitMs: 0,
        startLimitMs: 0,
      } as const;
      const aws = new AwsProvider("7.48.0", settings, host);
      const old = { inputs: {}, outputs: {} };
      await assert.rejects(
        aws.update(call, "i-1", old, {}, false),
        /IncorrectInstanceState: .* is terminated/,
      );
      assert.equal(await aws.read(call, "i-1", {}, {}), undefined);
      assert.equal(await cloud.look(hasTerminated), false);
    });

    it("closes the other machines to its address", async () => {
      const group = { vpcSecurityGroupIds: ["sg-1"] };
      const rule = { securityGroupId: "sg-1", ipProtocol: "-1", referencedSecurityGroupId: "sg-1" };
      await cloud.change((account) => {
        account.put(machine("i-1", "ground-passes-1", { ...group, privateIp: "10.0.1.4" }));
        account.put(machine("i-2", "ground-default-1", { ...group, privateIp: "10.0.1.5" }));
        account.put({ id: "sgr-1", type: ingressRuleToken, properties: rule });
      });
      const sources = () =>
        cloud.look((account) =>
          ingressByInstance(account)
            .get("i-2")
            ?.map((one) => one.sourceCidr),
        );
      assert.deepEqual(await sources(), ["10.0.1.4/32", "10.0.1.5/32"]);
      await give("i-1", past);
      await take(() => Promise.resolve());
      assert.deepEqual(await sources(), ["10.0.1.5/32"]);
    });

    it("waits until then", async () => {
      const soon = new Date(Date.now() - 118_000);
      const { notice } = await give("i-1", soon);
      await take(() => Promise.resolve());
      assert.ok(Date.now() >= Date.parse(notice.time));
    });

    it("leaves alone a machine that has had no notice, and what the stack has removed meanwhile", async () => {
      await take((id) => Promise.resolve(void shutDowns.push(id)));
      assert.equal((await found())?.["instanceState"], "running");
      await give("i-1", new Date(Date.now() - 118_500));
      const taking = take((id) => Promise.resolve(void shutDowns.push(id)));
      await cloud.change((account) => account.remove(type, "i-1"));
      await taking;
      assert.deepEqual(shutDowns, []);
    });
  });
});
