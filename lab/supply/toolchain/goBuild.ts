/** `go build` for one component: its flags, the key of its cache entry and the run itself. */
import { mkdir, readFile, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { run } from "../../command";
import { contentHash, folderContents } from "../contentHash";
import { type Component, type ComponentName, components, type ModuleFile } from "./components";
import { goEnvironment } from "./settings";

/** Folder of the module of nearly all programs, with the sources of the lab's own. */
export const programsFolder = join(__dirname, "programs");

/** Absolute path of the folder of a component's module. */
const folderOf = ({ module }: Pick<Component, "module">): string => join(__dirname, dirname(module));

/** Arguments of `go build` for a component, the same for the run and for the hash. */
export function buildFlags(component: Component): string[] {
  const linker = ["-s", "-w"];
  for (const [variable, value] of Object.entries(component.versions ?? {})) {
    linker.push("-X", `${variable}=${value}`);
  }
  if (component.cTags) linker.push("-extldflags", "-static");
  const chosen = component.cTags ?? component.tags;
  const tags = chosen ? ["-tags", chosen.join(",")] : [];
  // The linker leaves the debugger's data out (-s -w): making it first takes a fifteenth of the time.
  const compiler = "-gcflags=all=-dwarf=false";
  const module = `-modfile=${basename(component.module)}`;
  return [module, "-trimpath", "-buildvcs=false", compiler, ...tags, "-ldflags", linker.join(" ")];
}

/**
 * Cache key of a component's programs.
 * @param goVersion output of `go version`
 */
export async function componentKey(name: ComponentName, goVersion: string): Promise<string> {
  const component: Component = components[name];
  const own = component.programs.flatMap(({ package: path }) =>
    path.startsWith("./") ? [path.slice(2)] : [],
  );
  const sources = await folderContents(folderOf(component), (path) =>
    own.some((folder) => path.startsWith(`${folder}/`)),
  );
  return contentHash({
    ...sources,
    ...(await moduleContents(component.module)),
    ":flags": buildFlags(component).join(" "),
    ":go": goVersion,
    ":programs": JSON.stringify(component.programs.map((program) => [program.file, program.package])),
  });
}

/** Folder of a module's sources in Go's cache, read-only; they are downloaded when they are missing. */
export async function moduleSources(path: string): Promise<string> {
  const options = { cwd: programsFolder, env: goEnvironment(false) };
  await run("go", ["mod", "download", path], options);
  return (await run("go", ["list", "-m", "-f", "{{.Dir}}", path], options)).trim();
}

/** Content of a module file and of its sums. */
export async function moduleContents(module: ModuleFile): Promise<Record<string, Buffer>> {
  const sums = module.replace(/mod$/, "sum");
  const files = [module, sums].map(async (file) => [file, await readFile(join(__dirname, file))] as const);
  return Object.fromEntries(await Promise.all(files));
}

/** Builds a component's programs into `folder`/bin. Module checksums are verified against the module's sums. */
export async function goBuild(name: ComponentName, folder: string): Promise<void> {
  const component: Component = components[name];
  const bin = join(folder, "bin");
  await mkdir(bin);
  const env = goEnvironment(component.cTags !== undefined);
  const packages = component.programs.map((program) => program.package);
  const args = ["build", ...buildFlags(component), "-o", `${bin}/`, ...packages];
  await run("go", args, { cwd: folderOf(component), env });
  for (const program of component.programs) {
    const built = builtName(program.package);
    if (built !== program.file) await rename(join(bin, built), join(bin, program.file));
  }
}

/** The file name that `go build` gives a main package: the last part of its path that is not a major version. */
export function builtName(path: string): string {
  return basename(path.replace(/\/v\d+$/, ""));
}
