/** `go build` for one component: its flags, the key of its cache entry and the run itself. */
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../command";
import { contentHash, folderContents } from "../contentHash";
import { type Component, type ComponentName, components } from "./components";
import { goEnvironment } from "./settings";

/** The folder of a component's Go module. */
export function moduleFolder(name: ComponentName): string {
  return join(__dirname, name);
}

/** Arguments of `go build` for a component, the same for the run and for the hash. */
export function buildFlags(component: Component): string[] {
  const linker = ["-s", "-w"];
  for (const [variable, value] of Object.entries(component.versions ?? {})) {
    linker.push("-X", `${variable}=${value}`);
  }
  if (component.cTags) linker.push("-extldflags", "-static");
  const chosen = component.cTags ?? component.tags;
  const tags = chosen ? ["-tags", chosen.join(",")] : [];
  return ["-trimpath", "-buildvcs=false", ...tags, "-ldflags", linker.join(" ")];
}

/**
 * Cache key of a component's programs.
 * @param goVersion output of `go version` in the component's folder
 */
export async function componentKey(name: ComponentName, goVersion: string): Promise<string> {
  const component = components[name];
  const sources = await folderContents(moduleFolder(name), (path) => /^go\.(mod|sum)$|\.go$/.test(path));
  const files = component.programs.map((program) => program.file).join(" ");
  return contentHash({
    ...sources,
    ":flags": buildFlags(component).join(" "),
    ":go": goVersion,
    ":files": files,
  });
}

/** Builds a component's programs into `folder`/bin. Module checksums are verified against its go.sum. */
export async function goBuild(name: ComponentName, folder: string): Promise<void> {
  const component: Component = components[name];
  const bin = join(folder, "bin");
  await mkdir(bin);
  const source = moduleFolder(name);
  const packages = (await hasTools(source)) ? "tool" : ".";
  const env = goEnvironment(component.cTags !== undefined);
  await run("go", ["build", ...buildFlags(component), "-o", `${bin}/`, packages], { cwd: source, env });
  for (const { file, builtAs } of component.programs) {
    if (builtAs !== undefined) await rename(join(bin, builtAs), join(bin, file));
  }
}

/** True when a module names tools of other modules; false when it is a program of the lab itself. */
async function hasTools(folder: string): Promise<boolean> {
  const { "go.mod": module } = await folderContents(folder, (path) => path === "go.mod");
  return /^tool\b/m.test(module?.toString() ?? "");
}
