/** Build of the lab's Go programs into the cache, for the rest of the lab or as a command, which takes the others too. */
import { join } from "node:path";
import { Argument, Command } from "commander";
import { exists } from "../../files";
import { type Progress, progressLine, withHeartbeat, Work } from "../../progress";
import { cacheRoot } from "../../settings";
import { ensureCacheEntry } from "../cacheEntry";
import { type Component, type ComponentName, componentNames, components } from "./components";
import { componentKey, goBuild } from "./goBuild";
import { checkedGoVersion } from "./preflight";
import { ensureWheels, wheels } from "./wheels";

/** Absolute paths of built programs by name; Kubernetes, etcd and CoreDNS carry their version: `kubeadm-1.36.3`. */
export type Programs = Readonly<Record<string, string>>;

/**
 * Builds the programs of these components when they are missing, in the table's order, and returns their paths.
 *
 * Stored by content below `<cache>/toolchain/<component>/`: built only when the module, the lab's sources, the flags
 * or Go itself changed. Safe to interrupt and to run twice at once.
 * @throws MissingTools with all missing tools when Go or a C compiler is missing
 */
export async function buildToolchain(names: readonly ComponentName[], progress: Progress): Promise<Programs> {
  const wanted = componentNames.filter((name) => names.includes(name));
  if (wanted.length === 0) return {};
  const goVersion = await checkedGoVersion(wanted);
  const entries = await Promise.all(wanted.map((name) => entryOf(name, goVersion)));
  const missing = entries.filter(({ built }) => !built);
  const work = new Work(missing.map(({ name }) => components[name].seconds));
  const programs: Record<string, string> = {};
  for (const entry of entries) {
    const position = missing.indexOf(entry) + 1;
    const say = (state: string) => progress(progressLine(position, missing.length, entry.name, state));
    const bin = join(await ensureComponent(entry, say, work), "bin");
    const component: Component = components[entry.name];
    for (const program of component.programs) programs[program.name] = join(bin, program.file);
  }
  return programs;
}

interface Entry {
  readonly name: ComponentName;
  readonly key: string;
  readonly built: boolean;
}

async function entryOf(name: ComponentName, goVersion: string): Promise<Entry> {
  const key = await componentKey(name, goVersion);
  return { name, key, built: await exists(join(cacheRoot(), "toolchain", name, key)) };
}

/** Folder of a component's programs, which are built when they are missing. */
async function ensureComponent({ name, key, built }: Entry, say: Progress, work: Work): Promise<string> {
  let builtHere = false;
  const building = () => say(`building, ${work.said()}`);
  const path = join("toolchain", name);
  const folder = await ensureCacheEntry({
    name: path,
    key,
    progress: (line) => say(line.replace(`${path}: `, "")), // the line names the component already
    build: async (target) => {
      building();
      await withHeartbeat(building, () => goBuild(name, target));
      work.done(components[name].seconds);
      builtHere = true;
    },
  });
  if (!built && !builtHere) work.spared(components[name].seconds);
  return folder;
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
  .description(
    "Builds the programs that the lab runs, each from its Go module, takes those that are released, and prints where they are.",
  )
  .addArgument(
    new Argument("[component...]", "default: every component").choices([
      ...componentNames,
      ...wheels.map(({ name }) => name),
    ]),
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .addHelpText(
    "after",
    `\nComponents:\n${[...componentNames.map((name) => ({ name, about: components[name].about })), ...wheels]
      .map(({ name, about }) => `  ${name.padEnd(24)}${about}`)
      .join("\n")}`,
  )
  .action(async (wanted: readonly string[]) => {
    const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name);
    const progress: Progress = (line) => void process.stderr.write(`${line}\n`);
    const programs = {
      ...(await buildToolchain(componentNames.filter(isWanted), progress)),
      ...(await ensureWheels(wheels.map(({ name }) => name).filter(isWanted), progress)),
    };
    for (const [name, path] of Object.entries(programs)) process.stdout.write(`${name}\t${path}\n`);
  });

if (require.main === module) {
  command.parseAsync().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
