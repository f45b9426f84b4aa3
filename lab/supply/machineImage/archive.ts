/** Debian archive that the machine image is made from: the host's own sources, where they have the release. */
import { CommandError, run } from "../../command";
import { plainEnvironment } from "../../settings";
import { release } from "./debianPackages";

/**
 * The archive lines with which a tree of {@link release} is made: this machine's own, if it runs that release, so that
 * a site's mirror is used; else none, and mmdebstrap uses Debian's.
 */
export async function hostArchive(): Promise<string> {
  const format = "$(REPO_URI) $(RELEASE) $(COMPONENT)";
  const query = ["indextargets", "--format", format, "Created-By: Packages", "Origin: Debian"];
  try {
    return archiveLines(await run("apt-get", query, { env: plainEnvironment() }));
  } catch (error) {
    if (error instanceof CommandError) return ""; // not a machine with apt: mmdebstrap knows the archive itself
    throw error;
  }
}

/**
 * Lines for sources.list from lines `<uri> <suite> <component>`, each once, of our release only.
 * Empty where the release itself is not among them.
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
