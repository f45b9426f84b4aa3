/** Packages from PyPI by pip, as it is configured: source packages unpacked, and a Python with the decoders. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type ForeignPackage, type PackageKey, packages } from "./sources";

/** Folder of what was fetched, outside of the tree; from the second run on nothing is fetched. */
export const cache = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
  "perigee-bench",
  "foreign",
);

function run(command: string, args: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8", timeout: 1_200_000 });
  if (status === 0) return undefined;
  return error?.message ?? stderr.trim().split("\n").at(-1) ?? `${command} ended with ${status}`;
}

/** Python of the cache, with the packages in it; a text says why there is none. */
export class Registry {
  readonly python = join(cache, "venv", "bin", "python");
  private readonly problems = new Map<PackageKey, string | undefined>();

  /** @throws Error when there is no Python to begin with */
  prepare(): void {
    mkdirSync(cache, { recursive: true });
    if (existsSync(this.python)) return;
    const problem = run("python3", ["-m", "venv", join(cache, "venv")]);
    if (problem !== undefined) throw new Error(`python3 with venv and pip is needed: ${problem}`);
  }

  /** Installs a package for the decoders. @returns why it cannot be had */
  install(key: PackageKey): string | undefined {
    return this.once(key, `${key}.installed`, ({ name, version }) =>
      run(this.python, ["-m", "pip", "install", "--quiet", `${name}==${version}`]),
    );
  }

  /** Folder with the files of a package; a text says why it cannot be had. */
  files(key: PackageKey): { folder: string } | string {
    const folder = join(cache, key);
    if (existsSync(folder)) return { folder };
    const { name, version, form }: ForeignPackage = packages[key];
    const download = join(cache, `${key}.download`);
    rmSync(download, { recursive: true, force: true });
    mkdirSync(download);
    const only = form === "sdist" ? ["--no-binary", ":all:"] : [];
    const fetched = run(this.python, [
      ...["-m", "pip", "download", "--quiet", "--no-deps", ...only, "--dest", download],
      `${name}==${version}`,
    ]);
    const file = readdirSync(download)[0];
    if (fetched !== undefined || file === undefined) return fetched ?? "pip downloaded nothing";
    const archive = join(download, file);
    const unpacked = run(this.python, [
      "-m",
      form === "sdist" ? "tarfile" : "zipfile",
      "-e",
      archive,
      download,
    ]);
    if (unpacked !== undefined) return unpacked;
    rmSync(archive);
    const inside = readdirSync(download);
    renameSync(form === "sdist" ? join(download, inside[0] ?? "") : download, folder);
    rmSync(download, { recursive: true, force: true });
    return { folder };
  }

  private once(
    key: PackageKey,
    mark: string,
    make: (wanted: ForeignPackage) => string | undefined,
  ): string | undefined {
    if (this.problems.has(key)) return this.problems.get(key);
    const path = join(cache, mark);
    const wanted = packages[key];
    const isThere = existsSync(path) && readFileSync(path, "utf8") === wanted.version;
    const problem = isThere ? undefined : make(wanted);
    if (problem === undefined && !isThere) writeFileSync(path, wanted.version);
    this.problems.set(key, problem);
    return problem;
  }
}
