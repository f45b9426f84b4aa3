/** Debian archive for the machine image: the host's own sources, when they have the release. */
import { CommandError, run } from "../../command";
import { plainEnvironment } from "../../settings";
import { release } from "./debianPackages";

/**
 * Archive lines for a tree of {@link release}: this machine's own, if it runs that release, so that a site's mirror
 * is used; else none, and mmdebstrap uses Debian's.
 */
export async function hostArchive(): Promise<string> {
  const format = "$(REPO_URI) $(RELEASE) $(COMPONENT)";
  const query = ["indextargets", "--format", format, "Created-By: Packages", "Origin: Debian"];
  try {
    return archiveLines(await run("apt-get", query, { env: plainEnvironment() }));
  } catch (error) {
    if (error instanceof CommandError) return ""; // not a machine with apt: mmdebstrap has its own default
    throw error;
  }
}

/**
 * Lines for sources.list from lines `<uri> <suite> <component>`, without duplicates, of {@link release} only.
 * Empty when the release itself is not among them.
 */
export function archiveLines(targets: string): string {
  const lines = new Set<string>();
  const suites = [release, `${release}-updates`, `${release}-security`];
  for (const target of targets.split("\n")) {
    const [uri, suite, component] = target.trim().split(/\s+/);
    if (uri === undefined || suite === undefined || component !== "main") continue;
    if (suites.includes(suite)) lines.add(`deb ${uri} ${suite} main\n`);
  }
  const all = [...lines];
  return all.some((line) => line.endsWith(` ${release} main\n`)) ? all.join("") : "";
}
