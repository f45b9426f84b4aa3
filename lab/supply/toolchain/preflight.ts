/** Check of the platform and of the build tools: Go (its version for each component), a C compiler, flock. */
import { arch, platform } from "node:process";
import { run } from "../../command";
import { type Component, type ComponentName, components } from "./components";
import { moduleFolder } from "./goBuild";
import { goEnvironment } from "./settings";

/** Tools that must be installed before anything can be built; the message lists all of them. */
export class MissingTools extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      `The lab's toolchain cannot be built here:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
    this.name = "MissingTools";
  }
}

/**
 * Output of `go version` for each component. Go compares its version with the module's `go` line, and downloads a
 * newer one when its own settings allow that.
 * @throws MissingTools with everything that is missing
 */
export async function goVersions(names: readonly ComponentName[]): Promise<Map<ComponentName, string>> {
  const problems = new Set<string>();
  if (platform !== "linux" || arch !== "x64") {
    problems.add(`the lab runs on Linux on x86-64; this is ${platform} ${arch}`);
  }
  const versions = new Map<ComponentName, string>();
  for (const name of names) {
    const answer = await goVersion(name);
    if ("version" in answer) versions.set(name, answer.version);
    else problems.add(answer.problem);
  }
  const withC = names.filter((name) => (components[name] as Component).cTags !== undefined);
  if (withC.length > 0 && !(await answers("gcc", ["--version"]))) {
    problems.add(
      `a C compiler is missing, needed for ${withC.join(", ")} (Debian, Ubuntu: gcc, libc6-dev; Fedora: gcc, glibc-devel, glibc-static)`,
    );
  }
  if (!(await answers("flock", ["--version"]))) problems.add("flock is missing (package util-linux)");
  if (problems.size > 0) throw new MissingTools([...problems]);
  return versions;
}

async function goVersion(name: ComponentName): Promise<{ version: string } | { problem: string }> {
  if (!(await answers("go", ["version"]))) {
    return {
      problem:
        "Go is missing: install Go 1.26 or newer and have `go` on PATH (https://go.dev/doc/install). " +
        'sudo has a PATH of its own: sudo env "PATH=$PATH" make up',
    };
  }
  try {
    const version = await run("go", ["version"], { cwd: moduleFolder(name), env: goEnvironment(false) });
    return { version: version.trim() };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n").slice(1).join(" ") : String(error);
    return { problem: `Go cannot build ${name}: ${reason}` };
  }
}

function answers(command: string, args: readonly string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  );
}
