/** Environment in which the lab runs the Pulumi CLI: its own home, backend and passphrase, the lab's providers. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Progress } from "../../progress";
import { npmPrograms } from "../../settings";
import { buildToolchain, program } from "../../supply/toolchain/build";
import { type Cli, pulumiCli } from "./cli";
import { choosePlugin, type PluginChoice, type Replaceable, replaceable } from "./plugins";
import { standIns } from "./standIns";

export interface EngineOptions {
  /** Folder for all state of a lab's engine; created when missing. */
  readonly stateFolder: string;
  /** Implementation of an EC2 instance: a systemd machine on this host, or a record (engine tests). */
  readonly machines: "systemd" | "none";
  /** Receives the builds and the chosen plugins; silent by default. */
  readonly progress?: Progress;
  /** True when the released CLI may be downloaded: its host can be reached. Default: it is built. */
  readonly released?: boolean;
  /** Variables on top of the lab's own. */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface Engine {
  readonly cli: Cli;
  readonly plugins: Readonly<Record<Replaceable, PluginChoice>>;
  readonly environment: NodeJS.ProcessEnv;
}

/** Variables of the caller that would redirect the engine or a plugin, or change its behaviour. */
const strangers = /^(PULUMI_|AWS_|SSH_AUTH_SOCK$)/;

/** CLI, plugins and environment for a run of Pulumi. */
export async function engine(
  options: EngineOptions,
  inherited: NodeJS.ProcessEnv = process.env,
): Promise<Engine> {
  const { stateFolder, machines, progress = () => undefined } = options;
  const home = join(stateFolder, "pulumi");
  const backend = join(stateFolder, "backend");
  await mkdir(home, { recursive: true, mode: 0o700 });
  await mkdir(backend, { recursive: true, mode: 0o700 });
  const searchPath = inherited["PATH"] ?? "";
  const cli = await pulumiCli(searchPath, progress, options.released);
  const own = Object.fromEntries(Object.entries(inherited).filter(([name]) => !strangers.test(name)));
  const base = {
    ...own,
    PATH: [npmPrograms, ...cli.folders, standIns.aws, searchPath].join(delimiter),
    PULUMI_HOME: home,
    // The backend writes the metadata beside a state in place; cut short, they make the state unreadable.
    PULUMI_BACKEND_URL: `file://${backend}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE_FILE: await passphraseFile(stateFolder),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // `--event-log` is a debugging option of the CLI.
    PULUMI_DEBUG_COMMANDS: "true",
    PERIGEE_LAB_STATE: stateFolder,
    PERIGEE_LAB_MACHINES: machines,
    ...options.variables,
  };
  const plugins = await choosePlugins({ cli, environment: base, machines, progress });
  const played = (Object.keys(plugins) as Replaceable[]).filter((name) => plugins[name] === "stand-in");
  const environment = {
    ...base,
    ...(machines === "systemd" && played.includes("kubernetes") && (await helm(base, progress))),
    PATH: [...played.map((name) => standIns[name]), base.PATH].join(delimiter),
    // Only plugins on PATH or already installed are used; nothing is downloaded without the user's knowledge.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
  return { cli, plugins, environment };
}

let builtHelm: Promise<string> | undefined;

/** The variable by which the Kubernetes stand-in finds Helm, which is built unless the caller names one. */
async function helm(base: NodeJS.ProcessEnv, progress: Progress): Promise<NodeJS.ProcessEnv> {
  const given = base["PERIGEE_LAB_HELM"];
  if (given !== undefined) return {};
  // Once per process: the engine runs often, and the toolchain asks Go for its version each time.
  builtHelm ??= buildToolchain(["helm"], progress).then((programs) => program(programs, "helm"));
  return { PERIGEE_LAB_HELM: await builtHelm };
}

async function choosePlugins(
  question: Omit<Parameters<typeof choosePlugin>[0], "name">,
): Promise<Engine["plugins"]> {
  const names = Object.keys(replaceable) as Replaceable[];
  const choices = names.map(async (name) => [name, await choosePlugin({ ...question, name })] as const);
  return Object.fromEntries(await Promise.all(choices)) as Record<Replaceable, PluginChoice>;
}

/** File with a random passphrase for the stacks' secrets, made once per state folder, readable only by its owner. */
async function passphraseFile(stateFolder: string): Promise<string> {
  const file = join(stateFolder, "passphrase");
  const known = await readFile(file, "utf8").catch(() => "");
  if (known === "") await writeFile(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
  return file;
}
