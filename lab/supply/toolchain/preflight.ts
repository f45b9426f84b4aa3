/** Check of the platform and of the build tools: Go, a C compiler, flock. */
import { arch, platform } from "node:process";
import { run } from "../../command";
import { type Component, type ComponentName, components } from "./components";
import { programsFolder } from "./goBuild";
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
 * Output of `go version` in the lab's module. Go compares its version with the module's `go` line, and downloads a
 * newer one when its own settings allow that.
 * @throws MissingTools with everything that is missing for these components
 */
export async function checkedGoVersion(names: readonly ComponentName[]): Promise<string> {
  const problems: string[] = [];
  if (platform !== "linux" || arch !== "x64") {
    problems.push(`the lab runs on Linux on x86-64; this is ${platform} ${arch}`);
  }
  const go = await goVersion();
  if ("problem" in go) problems.push(go.problem);
  const withC = names.filter((name) => (components[name] as Component).cTags !== undefined);
  if (withC.length > 0 && !(await answers("gcc", ["--version"]))) {
    problems.push(
      `a C compiler is missing, needed for ${withC.join(", ")} (Debian, Ubuntu: gcc, libc6-dev; Fedora: gcc, glibc-devel, glibc-static)`,
    );
  }
  if (!(await answers("flock", ["--version"]))) problems.push("flock is missing (package util-linux)");
  if (problems.length > 0 || !("version" in go)) throw new MissingTools(problems);
  return go.version;
}

async function goVersion(): Promise<{ version: string } | { problem: string }> {
  if (!(await answers("go", ["version"]))) {
    return {
      problem:
        "Go is missing: install Go 1.26.4 or newer and have `go` on PATH (https://go.dev/doc/install). " +
        'sudo has a PATH of its own: sudo env "PATH=$PATH" make up',
    };
  }
  try {
    const version = await run("go", ["version"], { cwd: programsFolder, env: goEnvironment(false) });
    return { version: version.trim() };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n").slice(1).join(" ") : String(error);
    return { problem: `Go cannot build the lab's programs: ${reason}` };
  }
}

function answers(command: string, args: readonly string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  );
}
