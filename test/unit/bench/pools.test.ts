import assert from "node:assert/strict";
import { poolsOf } from "../../../bench/pools";
import { parseSettings } from "../../../infra/config";
import { machinesInSubnet } from "../../../infra/network/cidr";
import { small } from "../../support/infra/settingsExamples";

describe("the pools of a cluster that is measured", () => {
  for (const workers of [1, 100, 249, 250, 700, 3 * machinesInSubnet - 6]) {
    it(`have ${workers} workers together, in settings that are accepted`, () => {
      const pools = poolsOf(workers);
      assert.equal(
        pools.reduce((sum, { count }) => sum + count, 0),
        workers,
      );
      const settings = { availabilityZones: 3, podCidr: "10.128.0.0/9", workers: pools };
      assert.doesNotThrow(() => parseSettings({ ...small, ...settings }, "dev"));
    });
  }
});
