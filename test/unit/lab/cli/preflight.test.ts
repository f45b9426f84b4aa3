import { strict as assert } from "node:assert";
import { type HostFacts, preflightProblems } from "../../../../lab/cli/preflightProblems";
import { labAddresses } from "../../../../lab/host/addresses";

const good: HostFacts = {
  platform: "linux",
  architecture: "x64",
  root: true,
  cpus: 2,
  memoryKiB: 8 * 2 ** 20,
  stateDiskBytes: 50 * 2 ** 30,
  cacheDiskBytes: 50 * 2 ** 30,
  built: false,
  missingPackages: [],
  apt: true,
  filesystems: "nodev\toverlay\n\text4\n",
  overlayModule: false,
  bridgeNetfilter: true,
  loopControl: true,
  cgroupsWritable: true,
  failedFeatures: [],
  routes: [
    { dst: "default", dev: "eth0" },
    { dst: "192.0.2.0/24", dev: "eth0" },
  ],
  bridgeAlias: undefined,
  listening: ["0100007F:0035"],
  toolchain: [],
  remoteCache: [],
};
const context = { stateFolder: "/var/lib/perigee-lab", addresses: labAddresses("10.0.0.0/16") };
const problems = (change: Partial<HostFacts>): string[] => preflightProblems({ ...good, ...change }, context);

describe("preflight", () => {
  it("finds nothing on a machine that will do", () => assert.deepEqual(problems({}), []));

  it("tells every problem at once", () => {
    const all = problems({
      root: false,
      cpus: 1,
      memoryKiB: 2 ** 20,
      loopControl: false,
      failedFeatures: ["x"],
      toolchain: ["Go is missing"],
      remoteCache: ["PERIGEE_LAB_CACHE is here, which does not exist."],
    });
    assert.equal(all.length, 7);
    assert.ok(all.includes("5 GiB of free memory are needed; there are 1.0."));
    assert.deepEqual(all.slice(-2), ["Go is missing", "PERIGEE_LAB_CACHE is here, which does not exist."]);
  });

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

  it("asks for the disk of a first build only where there has been none", () => {
    const little = { cacheDiskBytes: 3 * 2 ** 30 };
    assert.match(problems(little)[0] ?? "", /^20 GiB .* to build .* there are 3\.0\. .*XDG_CACHE_HOME/);
    assert.deepEqual(problems({ ...little, built: true }), []);
  });

  it("lets a lab that is up be brought up again", () => {
    const up = { bridgeAlias: "perigee lab in /var/lib/perigee-lab", memoryKiB: 2 ** 20 };
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

  it("takes missing Debian packages for a problem only where they cannot be installed", () => {
    assert.deepEqual(problems({ missingPackages: ["runc"] }), []);
    assert.match(problems({ missingPackages: ["runc"], apt: false })[0] ?? "", /As Debian packages: runc\./);
  });
});
