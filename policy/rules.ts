/** All rules of the pack. Each has a test that violates it (test/unit/policy/). */
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { noPublicBuckets } from "./rules/buckets";
import { encryptedDisks, imdsV2, smallUserData } from "./rules/machines";
import { clusterTags } from "./rules/tags";
import { noWorldAccess } from "./rules/worldAccess";

export const rules: readonly ResourceValidationPolicy[] = [
  noWorldAccess,
  imdsV2,
  encryptedDisks,
  smallUserData,
  noPublicBuckets,
  clusterTags,
];
