/**
 * CIS Kubernetes Benchmark 1.12 as far as a node can be read for it: sections 1 to 4, in words of our own. What they ask and
 * Perigee does not do has its reason in docs/security.md, and so has what only a person can judge.
 */
import { apiServer } from "./apiServer";
import type { Check } from "./check";
import { controlPlane } from "./controlPlane";
import { controlPlaneFiles, nodeFiles } from "./files";
import { kubelet } from "./kubelet";

/** Of a control plane only. */
export const controlPlaneChecks: readonly Check[] = [...controlPlaneFiles, ...apiServer, ...controlPlane];
/** Of every node. */
export const nodeChecks: readonly Check[] = [...nodeFiles, ...kubelet];

/** What is not as the benchmark asks; docs/security.md says why. */
export const deviations: ReadonlySet<string> = new Set([
  ...["1.1.9", "1.1.12"],
  ...["1.2.1", "1.2.3", "1.2.9", "1.2.11"],
  ...["1.3.1", "1.3.7", "1.4.2"],
  ...["4.2.9", "4.2.13", "4.3.1"],
]);
