/** Hash of a content, for pod annotations that trigger a rollout when the content changes. */
import { createHash } from "node:crypto";

/** Hash of 16 hex digits, long enough to avoid collisions. */
export function contentHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
