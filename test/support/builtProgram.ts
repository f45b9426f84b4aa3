import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { cacheRoot } from "../../lab/settings";

/** The newest build of a program in the toolchain's cache, or undefined: it is too long to be made for a test. */
export function builtProgram(component: string, file: string): string | undefined {
  const folder = join(cacheRoot(), "toolchain", component);
  const builds = existsSync(folder) ? readdirSync(folder) : [];
  const made = builds.map((build) => join(folder, build, "bin", file)).filter((path) => existsSync(path));
  return made.toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}
