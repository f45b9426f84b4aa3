/** What an annotation holds so that pods are rolled when a content changes. */
import { createHash } from "node:crypto";

/** Short, and long enough for two contents never to share it. */
export function contentHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
