/** Build of the lab's Go programs into the cache, for the rest of the lab or as a command. */
import { join } from "node:path";
import { Argument, Command } from "commander";
import { exists } from "../../files";
import { formatSeconds, type Progress, progressLine, withHeartbeat } from "../../progress";
import { cacheRoot } from "../../settings";
import { ensureCacheEntry } from "../cacheEntry";
import { type Component, type ComponentName, componentNames, components } from "./components";
import { componentKey, goBuild } from "./goBuild";
import { goVersions } from "./preflight";

/** Absolute paths of built programs by name; Kubernetes, etcd and CoreDNS carry their version: `kubeadm-1.36.3`. */
export type Programs = Readonly<Record<string, string>>;

/**
 * Builds the programs of these components when they are missing, and returns their paths.
 *
 * Stored by content below `<cache>/toolchain/<component>/`: built only when the module, the lab's sources, the flags
 * or Go itself changed. Safe to interrupt and to run twice at once.
 * @throws MissingTools with all missing tools when Go or a C compiler is missing
 */
export async function buildToolchain(names: readonly ComponentName[], progress: Progress): Promise<Programs> {
  const start = Date.now();
  const versions = await goVersions(names);
  const programs: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const say = (state: string) =>
      progress(progressLine(index + 1, names.length, name, state, Date.now() - start));
    const bin = join(await ensureComponent(name, versions.get(name) ?? "", say), "bin");
    const component: Component = components[name];
    for (const program of component.programs) programs[program.name] = join(bin, program.file);
  }
  return programs;
}

async function ensureComponent(name: ComponentName, goVersion: string, say: Progress): Promise<string> {
  const key = await componentKey(name, goVersion);
  const entry = join("toolchain", name);
  if (await exists(join(cacheRoot(), entry, key))) say("already built");
  return ensureCacheEntry({
    name: entry,
    key,
    progress: say,
    build: async (folder) => {
      const start = Date.now();
      say("building");
      await withHeartbeat(
        () => say("still building"),
        () => goBuild(name, folder),
      );
      say(`built in ${formatSeconds(Date.now() - start)}`);
    },
  });
}

/**
 * Path of one program.
 * @throws Error when it is not among the built ones: a mistake in the caller's list of components
 */
export function program(programs: Programs, name: string): string {
  const path = programs[name];
  if (path === undefined) {
    throw new Error(`${name} is none of the programs built: ${Object.keys(programs).join(", ")}`);
  }
  return path;
}

const command = new Command("tsx lab/supply/toolchain/build.ts")
  .description("Builds the programs that the lab runs, each from its Go module, and prints where they are.")
  .addArgument(new Argument("[component...]", "default: every component").choices(componentNames))
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .addHelpText(
    "after",
    `\nComponents:\n${componentNames.map((name) => `  ${name.padEnd(24)}${components[name].about}`).join("\n")}`,
  )
  .action(async (wanted: readonly string[]) => {
    const names = componentNames.filter((name) => wanted.length === 0 || wanted.includes(name));
    const programs = await buildToolchain(names, (line) => process.stderr.write(`${line}\n`));
    for (const [name, path] of Object.entries(programs)) process.stdout.write(`${name}\t${path}\n`);
  });

if (require.main === module) {
  command.parseAsync().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
