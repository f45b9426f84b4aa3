import assert from "node:assert/strict";
import { regionOf } from "../../../../infra/kubeadm/placeLabels";

describe("a zone's region", () => {
  for (const [zone, region] of [
    ["eu-central-1a", "eu-central-1"],
    ["us-gov-west-1b", "us-gov-west-1"],
    ["ap-southeast-2c", "ap-southeast-2"],
    ["us-west-2-lax-1a", "us-west-2"],
    ["us-east-1-wl1-bos-wlz-1", "us-east-1"],
    ["lab-local-1a", "lab-local-1"],
  ] as const) {
    it(`of ${zone} is ${region}`, () => assert.equal(regionOf(zone), region));
  }
});
