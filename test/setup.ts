/**
 * What `make test` needs besides npm packages: the Pulumi CLI (built once) and a few programs of Debian's.
 * Only root can install those; without them the tests that need them are skipped, and say so.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pulumiCli } from "../lab/pulumi/engine/cli";

/** Program -> the Debian package that brings it. */
const programs = { shellcheck: "shellcheck", chromium: "chromium" } as const;

function missingPackages(): string[] {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return Object.entries(programs)
    .filter(([program]) => !folders.some((folder) => existsSync(join(folder, program))))
    .map(([, debian]) => debian);
}

function install(packages: readonly string[]): void {
  const apt = (...args: string[]): void => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    execFileSync("apt-get", ["-qq", ...args], {
      env,
      stdio: ["ignore", "ignore", "inherit"],
      timeout: 600_000,
    });
  };
  console.log(`installing Debian packages: ${packages.join(" ")}`);
  apt("update");
  apt("install", "--yes", "--no-install-recommends", ...packages);
}

async function main(): Promise<void> {
  const missing = missingPackages();
  if (missing.length > 0 && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) install(missing);
  else if (missing.length > 0) {
    console.warn(
      `not installed, so some tests are skipped: ${missing.join(", ")} (as root they are installed)`,
    );
  }
  await pulumiCli(process.env["PATH"] ?? "", (line) => console.log(line));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
