/** The lab's commands as a user runs them, with a time limit; their output goes to standard error. */
import { spawn } from "node:child_process";
import { leftovers } from "../../lab/host/leftovers";
import { labFolders, labSettings } from "../../lab/settings";
import { repositoryRoot } from "../../settings/repositoryRoot";

export interface LabRun {
  readonly output: string;
  readonly seconds: number;
}

export class LabRunFailed extends Error {
  constructor(
    command: string,
    code: number | null,
    readonly output: string,
  ) {
    super(`make ${command} ended with ${code}`);
    this.name = "LabRunFailed";
  }

  /** True when another command held the lab: nothing was started. */
  get refused(): boolean {
    return this.output.includes("A lab command is running already");
  }
}

/**
 * A run of `make up` or `make down`.
 * @throws LabRunFailed when it fails or exceeds the time limit
 */
export function labRun(
  command: "up" | "down",
  limitMinutes: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<LabRun> {
  const start = Date.now();
  const limit = ["--foreground", "--signal=INT", "--kill-after=5m", `${limitMinutes}m`];
  const child = spawn("timeout", [...limit, "tsx", "lab/cli/main.ts", command], {
    cwd: repositoryRoot,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      process.stderr.write(text);
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve({ output, seconds: (Date.now() - start) / 1000 });
      else reject(new LabRunFailed(command, code, output));
    });
  });
}

/**
 * Refuses a machine with a lab: a measurement brings up its own lab and removes it, never one in use.
 * @throws Error when this machine has any part of a lab
 */
export async function refuseWhereLabIs(): Promise<void> {
  const found = await leftovers(labFolders(labSettings().stateFolder));
  if (found.length === 0) return;
  throw new Error(
    `There is a lab on this machine; this measurement brings up and removes its own. \`make down\` first.\n${found.slice(0, 5).join("\n")}`,
  );
}

/** Runs work on its own lab and removes the lab, also after a failure. Ctrl-C ends the work, not the removal. */
export async function onOwnLab<T>(
  work: () => Promise<T>,
  environment?: Readonly<Record<string, string>>,
): Promise<T> {
  await refuseWhereLabIs();
  const stay = (): void => undefined; // the child processes receive SIGINT too, and fail
  process.on("SIGINT", stay);
  let others = false;
  try {
    return await work();
  } catch (error) {
    others = error instanceof LabRunFailed && error.refused;
    throw error;
  } finally {
    if (!others) await labRun("down", 15, environment);
    process.off("SIGINT", stay);
  }
}
