import { strict as assert } from "node:assert";
import type { HostFacts } from "../../../../lab/cli/hostFacts";
import { preflightProblems, untested } from "../../../../lab/cli/preflightProblems";
import { labAddresses } from "../../../../lab/host/addresses";
import { goodHost, missing } from "../../../support/lab/hosts";

const addresses = labAddresses("10.0.0.0/16");
const problems = (change: Partial<HostFacts>): string[] =>
  preflightProblems({ ...goodHost, ...change }, addresses);

describe("preflight", () => {
  it("finds nothing on a machine that will do", () => assert.deepEqual(problems({}), []));

  it("tells every problem at once", () => {
    const all = problems({
      root: false,
      cpus: 1,
      memory: { availableKiB: 2 ** 20 },
      stateFolder: { ...goodHost.stateFolder, path: "lab" },
      loopControl: false,
      failedFeatures: ["x"],
      missing: missing("ID=fedora", "runc"),
      toolchain: ["Go is missing"],
      remoteCache: ["PERIGEE_LAB_CACHE is here, which does not exist."],
    });
    assert.equal(all.length, 9);
    assert.match(all[0] ?? "", /needs root/);
    assert.ok(all.some((line) => line.startsWith("5 GiB of free memory are needed; there are 1.0. ")));
    assert.deepEqual(all.slice(-2), ["Go is missing", "PERIGEE_LAB_CACHE is here, which does not exist."]);
  });

  it("says without root what only root can test, and takes none of it for a problem", () => {
    const facts = { ...goodHost, root: false, cgroupsWritable: undefined, failedFeatures: undefined };
    assert.deepEqual(preflightProblems(facts, addresses), [
      "The lab needs root, for machines, networks and mounts: run it as root (sudo make up).",
    ]);
    assert.equal(untested(facts).length, 2);
    assert.deepEqual(untested(goodHost), []);
  });

  it("minds cgroups that root cannot write", () =>
    assert.match(problems({ cgroupsWritable: false })[0] ?? "", /^\/sys\/fs\/cgroup is read-only/));

  it("names the route that overlaps, and the setting", () => {
    assert.deepEqual(problems({ routes: [{ dst: "10.0.5.0/24", dev: "tun0" }] }), [
      "10.0.0.0/16 (perigee-infra:vpcCidr in Pulumi.lab.yaml) overlaps the route to 10.0.5.0/24 on tun0.",
    ]);
    assert.match(
      problems({ routes: [{ dst: "203.0.113.0/24", dev: "eth1" }] })[0] ?? "",
      /operator's address/,
    );
  });

  it("minds servers on every address, not those on addresses of their own", () => {
    assert.deepEqual(problems({ listening: ["0100007F:0035", "0200000A:1388"] }), []);
    assert.match(
      problems({ listening: ["00000000:0035"] })[0] ?? "",
      /^Port 53 .* resolver needs it on 10\.0\.1\.1\.$/,
    );
    assert.match(problems({ listening: [`${"0".repeat(32)}:1F90`] })[0] ?? "", /^Port 8080 /);
  });

  it("lets a lab that is up be brought up again", () => {
    const up = { bridgeAlias: "perigee lab in /var/lib/perigee-lab", memory: { availableKiB: 2 ** 20 } };
    assert.deepEqual(problems({ ...up, routes: [{ dst: "10.0.1.0/24", dev: "perigee0" }] }), []);
  });

  it("says where another lab is, and how to end it", () => {
    assert.deepEqual(problems({ bridgeAlias: "perigee lab in /srv/lab" }), [
      "Another lab is up, with its state in /srv/lab: PERIGEE_LAB_STATE=/srv/lab make down removes it.",
    ]);
    assert.deepEqual(problems({ bridgeAlias: "" }), [
      "There is an interface perigee0 that is not the lab's.",
    ]);
  });
});
