import { strict as assert } from "node:assert";
import { parse } from "yaml";
import { firstBootFiles, hostname } from "../../../../lab/host/firstBoot";
import type { MachineSpec } from "../../../../lab/host/machine";

const spec: MachineSpec = {
  id: "i-0a1b2c3d4e5f60718",
  name: "perigee-lab-default-1",
  subnetCidr: "10.0.1.0/24",
  privateIp: "10.0.1.11",
  userData: "#cloud-config\nhostname: other\n",
  rootDiskGiB: 20,
  instanceType: "t3.large",
  availabilityZone: "lab-local-1a",
};
const text = (path: string): string => {
  const file = firstBootFiles(spec, "10.0.1.1").find((one) => one.path === path);
  assert.ok(file !== undefined && "text" in file, `no file ${path}`);
  return file.text;
};

describe("a machine's first boot", () => {
  it("has the user data exactly as given, readable by root alone", () => {
    const path = "var/lib/cloud/seed/nocloud/user-data";
    assert.equal(text(path), spec.userData);
    assert.ok(
      firstBootFiles(spec, "10.0.1.1").some((file) => file.path === path && "secret" in file && file.secret),
    );
  });

  it("names the instance and its host", () => {
    assert.deepEqual(parse(text("var/lib/cloud/seed/nocloud/meta-data")), {
      "instance-id": "i-0a1b2c3d4e5f60718",
      "local-hostname": "perigee-lab-default-1",
    });
  });

  it("asks the lab's resolver", () => assert.equal(text("etc/resolv.conf"), "nameserver 10.0.1.1\n"));

  it("keeps udev and the packet filter's flush from running", () => {
    const masked = firstBootFiles(spec, "10.0.1.1").filter(
      (file) => "linkTo" in file && file.linkTo === "/dev/null",
    );
    const units = masked.map(({ path }) => path.replace("etc/systemd/system/", ""));
    assert.ok(units.includes("systemd-udev-trigger.service") && units.includes("nftables.service"));
  });

  it("makes a host name of any instance name", () => {
    assert.equal(hostname({ id: "i-1", name: "My Node_1" }), "my-node-1");
    assert.equal(hostname({ id: "i-1", name: "***" }), "i-1");
    assert.equal(hostname({ id: "i-1", name: `${"a".repeat(62)}-b` }).length, 62);
  });
});
