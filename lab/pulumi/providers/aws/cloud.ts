/**
 * The simulated account on disk: `cloud.json` in the lab's state folder. One change at a time, across
 * processes too (the engine runs one provider process per provider resource), written by rename.
 */
import fs from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Account, type AccountData } from "./account";

const LOCK_LIMIT_MS = 30_000;

export class Cloud {
  private queue: Promise<unknown> = Promise.resolve();
  private readonly file: string;
  private readonly lock: string;

  constructor(
    private readonly folder: string,
    private readonly region: () => string,
  ) {
    this.file = path.join(folder, "cloud.json");
    this.lock = path.join(folder, "cloud.lock");
  }

  /** Reads the account. Changes made to it are lost. */
  async look<T>(question: (account: Account) => T): Promise<T> {
    return question(new Account(await this.load(), this.region()));
  }

  /** Changes the account in one step: nobody sees it half done, and an error leaves it as it was. */
  async change<T>(step: (account: Account) => T): Promise<T> {
    const turn = this.queue.then(() => this.locked(() => this.changeNow(step)));
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private async changeNow<T>(step: (account: Account) => T): Promise<T> {
    const data = await this.load();
    const result = step(new Account(data, this.region()));
    const fresh = `${this.file}.${process.pid}`;
    await fs.writeFile(fresh, JSON.stringify(data, undefined, 1), { mode: 0o600 });
    await fs.rename(fresh, this.file);
    return result;
  }

  private async load(): Promise<AccountData> {
    try {
      const found = JSON.parse(await fs.readFile(this.file, "utf8")) as Partial<AccountData>;
      return { resources: found.resources ?? {}, parameters: found.parameters ?? {} };
    } catch (error) {
      if (!hasCode(error, "ENOENT")) throw error;
      return { resources: {}, parameters: {} };
    }
  }

  private async locked<T>(work: () => Promise<T>): Promise<T> {
    await fs.mkdir(this.folder, { recursive: true, mode: 0o700 });
    const limit = Date.now() + LOCK_LIMIT_MS;
    while (!(await this.takeLock())) {
      if (Date.now() > limit) throw new Error(`${this.lock} is held by another process; is it stuck?`);
      await sleep(5 + Math.random() * 10);
    }
    try {
      return await work();
    } finally {
      await fs.rm(this.lock, { force: true });
    }
  }

  private async takeLock(): Promise<boolean> {
    try {
      await fs.writeFile(this.lock, String(process.pid), { flag: "wx" });
      return true;
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
    }
    const owner = Number(await fs.readFile(this.lock, "utf8").catch(() => ""));
    if (owner > 0 && !isAlive(owner)) await fs.rm(this.lock, { force: true });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, "ESRCH");
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
