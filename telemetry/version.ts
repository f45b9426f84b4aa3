/** Version of Perigee at run time, from the bundle or from the source tree. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Version, defined by the bundler. */
declare const PERIGEE_VERSION: string | undefined;

/** Perigee's version, from package.json. */
export function perigeeVersion(): string {
  if (typeof PERIGEE_VERSION === "string") return PERIGEE_VERSION;
  const manifest: unknown = JSON.parse(readFileSync(join(__dirname, "..", "package.json"), "utf8"));
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isManifest && typeof manifest.version === "string" ? manifest.version : "unknown";
}
