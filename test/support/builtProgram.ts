import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { cacheRoot } from "../../lab/settings";

/** The newest build of a program in the toolchain's cache, or undefined: it is too long to be made for a test. */
export function builtProgram(component: string, file: string): string | undefined {
  const folder = join(cacheRoot(), "toolchain", component);
  const builds = existsSync(folder) ? readdirSync(folder) : [];
  return builds.map((build) => join(folder, build, "bin", file)).find((path) => existsSync(path));
}
