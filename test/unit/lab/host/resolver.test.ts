import { strict as assert } from "node:assert";
import { gatewayOf, labAddresses } from "../../../../lab/host/addresses";
import { dnsmasqArguments, hostsFile, nameServers, serversFile } from "../../../../lab/host/resolverFiles";

const zones = new Map([
  ["perigee-lab.internal.", new Map([["api.perigee-lab.internal.", ["10.0.1.10", "10.0.2.10"]]])],
  ["other.internal", new Map([["a.other.internal", ["10.0.1.12"]]])],
]);

describe("the lab's resolver", () => {
  it("knows every record of every zone", () => {
    assert.equal(
      hostsFile(zones),
      "10.0.1.10 api.perigee-lab.internal\n10.0.1.12 a.other.internal\n10.0.2.10 api.perigee-lab.internal\n",
    );
  });

  it("asks nobody else about a private zone", () => {
    assert.equal(serversFile(zones), "server=/other.internal/\nserver=/perigee-lab.internal/\n");
  });

  it("forwards the rest where the host has a resolver that answers, and else says at once that it does not exist", () => {
    const addresses = labAddresses("10.0.0.0/16");
    assert.ok(dnsmasqArguments("/state", addresses, ["192.0.2.53"]).includes("--server=192.0.2.53"));
    assert.ok(dnsmasqArguments("/state", addresses, []).includes("--address=/#/"));
  });

  it("answers on every subnet's gateway", () => {
    const listens = dnsmasqArguments("/state", labAddresses("10.0.0.0/16"), []).filter((one) =>
      one.startsWith("--listen"),
    );
    assert.deepEqual(
      listens,
      ["10.0.1.1", "10.0.2.1", "10.0.3.1"].map((address) => `--listen-address=${address}`),
    );
  });

  it("reads the host's name servers", () => {
    assert.deepEqual(nameServers("# x\nnameserver 10.255.255.53\nsearch a\nnameserver ::1\n"), [
      "10.255.255.53",
      "::1",
    ]);
  });
});

describe("the lab's addresses", () => {
  it("follow the VPC's block", () => {
    assert.equal(labAddresses("10.20.0.0/16").services, "10.20.1.1");
    assert.equal(labAddresses("10.20.0.0/23").subnets.length, 1);
    assert.equal(gatewayOf("10.20.7.0/24"), "10.20.7.1");
  });

  it("need room for a subnet beside the first /24", () =>
    assert.throws(() => labAddresses("10.20.0.0/24"), /room for/));
});
