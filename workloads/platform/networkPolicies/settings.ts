/** Settings of NetworkPolicies. */
import type { z } from "zod";
import { trueOrFalse } from "../../../settings/kinds";
import { strictObject } from "../../../settings/load";

export const networkPolicies = strictObject({
  enforced: trueOrFalse
    .default(true)
    .describe(
      "Enforce NetworkPolicies on every node, this stack's and your own. `false` where the cluster has something else that does; without anything, pods reach each other whatever policies say.",
    ),
});

export type NetworkPolicySettings = z.output<typeof networkPolicies>;
