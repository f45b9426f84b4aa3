import assert from "node:assert/strict";
import { networkProblem, sourceProblem } from "../../../../infra/network/addressKinds";
import { parseCidr } from "../../../../infra/network/cidr";

describe("a block of the cluster's own", () => {
  for (const text of [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "172.31.0.0/16",
    "192.168.4.0/22",
    "100.64.0.0/10",
    "100.127.255.0/24",
  ]) {
    it(`may be ${text}`, () => assert.equal(networkProblem(parseCidr(text)), undefined));
  }
  for (const text of [
    "8.0.0.0/7",
    "172.0.0.0/11",
    "172.15.0.0/16",
    "192.168.0.0/15",
    "100.128.0.0/10",
    "198.18.0.0/15",
    "224.0.0.0/16",
  ]) {
    it(`is not ${text}`, () => assert.match(networkProblem(parseCidr(text)) ?? "", /is not private/));
  }
});

describe("a block that operators come from", () => {
  it("may be public, or private behind a VPN", () => {
    for (const text of ["203.0.113.7/32", "10.0.0.0/8", "100.64.0.0/10", "192.168.1.0/24", "223.0.0.0/8"]) {
      assert.equal(sourceProblem(parseCidr(text)), undefined, text);
    }
  });
  it("is none that holds an address which sends nothing", () => {
    for (const text of ["169.0.0.0/8", "127.1.2.3/32", "239.0.0.0/8", "250.1.1.1/32", "0.1.0.0/16"]) {
      assert.match(sourceProblem(parseCidr(text)) ?? "", /no traffic comes from/, text);
    }
  });
});
