/** Copies of an archive's files in an object store: what the disk loses, and what the archive's bounds remove, stays there. */
import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Log } from "../log";
import { archiveFiles } from "./archiveFolder";
import { putObject, readStorePlace } from "./objectStore";

export interface ArchiveCopiesArgs {
  /** Folder of the archives, one folder of each spacecraft. */
  readonly folder: string;
  /** File that describes the place in the store. */
  readonly store: string;
  /** Seconds after which a file that still grows is copied again. */
  readonly everySeconds: number;
  /** Names of the files that are being written, below the folder. */
  readonly open: () => ReadonlySet<string>;
  readonly log: Log;
  /** Current time in seconds since 1970. */
  readonly clock: () => number;
}

interface ArchivedFile {
  /** Path below the folder, which is the object's name. */
  readonly name: string;
  readonly bytes: number;
}

/** What was copied, in the folder itself: it goes where the files go. */
const recordName = "copied.json";
const passSeconds = 10;
/** Seconds of a long pass after which what was copied is written down: a killed exporter's files are copied again. */
const recordSeconds = 30;

/**
 * Copier of every file: when it is closed, and while it grows now and then. A file only grows, so its size says whether
 * its copy is whole, and what is copied twice is the same. Where the store is away the files wait, oldest first.
 */
export class ArchiveCopies {
  /** Bytes of the objects that were written. */
  copiedBytes = 0;
  failures = 0;
  /** When all that was due was last copied, seconds since 1970. */
  wholeAt: number;
  /** Bytes of files that are due. */
  waitingBytes = 0;
  /** Bytes that the archive's bounds removed before they were copied. */
  lostBytes = 0;

  /** Bytes that are in the store, by file. */
  private copied = new Map<string, number>();
  /** When a file that grows was last copied, or found. */
  private readonly since = new Map<string, number>();
  /** Files as they were found last. */
  private known = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;
  private readonly stopping = new AbortController();
  private passing: Promise<void> = Promise.resolve();
  private hasFailed = false;
  private recordedAt = 0;
  private isRecorded = true;

  private constructor(private readonly args: ArchiveCopiesArgs) {
    this.wholeAt = args.clock();
    this.timer = setInterval(() => void this.pass(this.stopping.signal), passSeconds * 1000).unref();
  }

  /** @throws Error when the store's file says nothing usable, or the folder cannot be read */
  static async open(args: ArchiveCopiesArgs): Promise<ArchiveCopies> {
    await readStorePlace(args.store);
    const copies = new ArchiveCopies(args);
    copies.copied = await readRecord(join(args.folder, recordName));
    return copies;
  }

  /** Copies what is due, after a pass that runs. */
  pass(signal: AbortSignal): Promise<void> {
    return (this.passing = this.passing.then(() => (signal.aborted ? undefined : this.copyDue(signal))));
  }

  /** Copies what is left, when the archives are closed, within this time. */
  async close(limitSeconds: number): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await this.pass(AbortSignal.timeout(limitSeconds * 1000));
    if (this.waitingBytes > 0) {
      this.args.log.warn("the exporter ends before the archive is copied", { bytes: this.waitingBytes });
    }
  }

  private async copyDue(signal: AbortSignal): Promise<void> {
    const { clock } = this.args;
    try {
      const files = await this.files();
      this.countLost(files);
      const due = this.due(files);
      this.waitingBytes = sum(due);
      for (const file of due) {
        await this.copy(file, signal);
        this.waitingBytes -= file.bytes;
      }
      this.wholeAt = clock();
      if (this.hasFailed) this.args.log.info("the archive is copied again");
      this.hasFailed = false;
    } catch (error) {
      // The exporter ends: the next pass, or the next exporter, goes on.
      if (this.stopping.signal === signal && signal.aborted) return;
      this.failures++;
      if (!this.hasFailed) this.args.log.warn("the archive cannot be copied", { reason: reasonOf(error) });
      this.hasFailed = true;
    } finally {
      await this.record().catch(() => undefined); // a full disk: what is not written down is copied again
    }
  }

  private async record(): Promise<void> {
    if (this.isRecorded) return;
    const { folder, clock } = this.args;
    await writeFileAtomic(join(folder, recordName), JSON.stringify(Object.fromEntries(this.copied)));
    this.isRecorded = true;
    this.recordedAt = clock();
  }

  /** Files of every spacecraft, oldest first. */
  private async files(): Promise<ArchivedFile[]> {
    const { folder } = this.args;
    const folders = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const all: ArchivedFile[] = [];
    for (const { name: spacecraft } of folders) {
      for (const { name, bytes } of await archiveFiles(join(folder, spacecraft))) {
        all.push({ name: [spacecraft, ...name.split(sep)].join("/"), bytes });
      }
    }
    return all;
  }

  private due(files: readonly ArchivedFile[]): ArchivedFile[] {
    const open = this.args.open();
    const now = this.args.clock();
    return files.filter(({ name, bytes }) => {
      if (bytes <= (this.copied.get(name) ?? 0)) return false;
      if (!open.has(name)) return true;
      const since = this.since.get(name) ?? now;
      this.since.set(name, since);
      return now - since >= this.args.everySeconds;
    });
  }

  private async copy({ name, bytes }: ArchivedFile, signal: AbortSignal): Promise<void> {
    const { folder, store, clock } = this.args;
    const path = join(folder, ...name.split("/"));
    try {
      await putObject(await readStorePlace(store), { path, bytes, name }, signal);
    } catch (error) {
      // The archive's bounds have removed it: counted when the folder is looked at again.
      if (isMissing(error, path)) return;
      throw error;
    }
    this.copiedBytes += bytes;
    this.copied.set(name, bytes);
    this.since.set(name, clock());
    this.isRecorded = false;
    if (clock() - this.recordedAt >= recordSeconds) await this.record();
  }

  private countLost(files: readonly ArchivedFile[]): void {
    const now = new Map(files.map(({ name, bytes }) => [name, bytes]));
    for (const [name, bytes] of this.known) {
      if (now.has(name)) continue;
      this.lostBytes += Math.max(0, bytes - (this.copied.get(name) ?? 0));
    }
    this.known = now;
    for (const name of this.copied.keys()) if (!now.has(name)) this.copied.delete(name);
    for (const name of this.since.keys()) if (!now.has(name)) this.since.delete(name);
  }
}

/** What an exporter before this one copied; without it all is copied once more. */
async function readRecord(path: string): Promise<Map<string, number>> {
  try {
    const content = JSON.parse(await readFile(path, "utf8")) as unknown;
    const entries = Object.entries(content ?? {});
    return new Map(entries.filter((entry): entry is [string, number] => typeof entry[1] === "number"));
  } catch {
    return new Map();
  }
}

const sum = (files: readonly ArchivedFile[]): number => files.reduce((total, { bytes }) => total + bytes, 0);

function isMissing(error: unknown, path: string): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT" && String(error).includes(path);
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
