/** One command at a time on a lab, and one lab at a time on a network. */
import { link, readlink, rm, writeFile } from "node:fs/promises";
import { readJson } from "../files";
import { describeProcess, isAlive, type ProcessRecord } from "../processes";

/** Who holds the lock, written for the person who is told of it. */
export interface LockHolder extends ProcessRecord {
  /** ISO 8601. */
  readonly since: string;
  readonly stateFolder: string;
}

/** Another command is at work on a lab here. */
export class LabLocked extends Error {
  constructor(
    readonly holder: LockHolder,
    readonly file: string,
  ) {
    super(
      `A lab command is running already: \`${holder.command}\`, process ${holder.pid}, since ${holder.since} ` +
        `(state in ${holder.stateFolder}). Wait for it or interrupt it, then try again.`,
    );
    this.name = "LabLocked";
  }
}

/**
 * Where the lock is: not in the state folder, because what two labs would fight over (the bridge, addresses, packet
 * rules) belongs to the network namespace. It is named after that.
 */
export async function lockFile(): Promise<string> {
  const namespace = /\d+/.exec(await readlink("/proc/self/ns/net"))?.[0] ?? "0";
  return `/run/perigee-lab.${namespace}.lock`;
}

/**
 * Takes the lock for this process. A lock whose holder is gone is replaced.
 * @returns what gives it back
 * @throws LabLocked when a living process has it
 */
export async function takeLock(
  file: string,
  command: string,
  stateFolder: string,
): Promise<() => Promise<void>> {
  const self = await describeProcess(process.pid, command);
  if (self === undefined) throw new Error("this process is not in /proc");
  const holder: LockHolder = { ...self, since: new Date().toISOString(), stateFolder };
  const mine = `${file}.${process.pid}`;
  await writeFile(mine, JSON.stringify(holder), { mode: 0o644 });
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (await linked(mine, file)) return () => release(file, holder);
      const other = await presentHolder(file);
      if (other !== undefined) throw new LabLocked(other, file);
      await rm(file, { force: true });
    }
    throw new Error(`the lock ${file} cannot be taken`);
  } finally {
    await rm(mine, { force: true });
  }
}

/** The living process that has the lock, if any. */
export async function presentHolder(file: string): Promise<LockHolder | undefined> {
  const holder = await readJson<LockHolder>(file);
  return holder !== undefined && (await isAlive(holder)) ? holder : undefined;
}

async function release(file: string, holder: LockHolder): Promise<void> {
  const present = await readJson<LockHolder>(file);
  if (present?.pid === holder.pid && present.startTime === holder.startTime) await rm(file, { force: true });
}

/** A link appears whole and only where there is nothing yet: no half-written lock is ever read. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}
