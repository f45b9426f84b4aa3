/** Copies of an archive's files in an object store: what the disk loses, and what the archive's bounds remove, stays there. */
import { readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import writeFileAtomic from "write-file-atomic";
import * as z from "zod";
import type { Log } from "../log";
import { reasonOf } from "../reasonOf";
import { type ArchiveFile, archiveFiles, dayOf } from "./archiveFolder";
import { putObject, readStorePlace, type StorePlace, UnreadableFile } from "./objectStore";
import type { PacketArchive } from "./packetArchive";

export interface ArchiveCopiesArgs {
  /** Folder that the archives are in. */
  readonly folder: string;
  /** Archive of each spacecraft, by the name of its folder in it. */
  readonly archives: ReadonlyMap<string, Pick<PacketArchive, "openFiles">>;
  /** File that describes the place in the store. */
  readonly store: string;
  /** Seconds after which a file that still grows is copied again. */
  readonly everySeconds: number;
  readonly log: Log;
  /** Current time in seconds since 1970. */
  readonly clock: () => number;
}

/** What was copied and whereto, in the folder itself: it goes where the files go. */
const recordName = "copied.json";
const recordSchema = z.object({ url: z.string(), files: z.record(z.string(), z.number()) });

/** Seconds between two passes, and after which one ends although more is due: new files and losses are seen then. */
const [passSeconds, longestPassSeconds] = [10, 60];

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

  /** Bytes that are in the store, by file, and the store's address. */
  private copied = new Map<string, number>();
  private url = "";
  /** When a file that grows was last copied, or found. */
  private readonly since = new Map<string, number>();
  /** Files as they were found last. */
  private known = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;
  private readonly stopping = new AbortController();
  private passing: Promise<void> | undefined;
  /** Reason of the last failure, until all is copied. */
  private reason: string | undefined;

  private constructor(private readonly args: ArchiveCopiesArgs) {
    this.wholeAt = args.clock();
    this.timer = setInterval(() => {
      if (this.passing === undefined) void this.pass(this.stopping.signal);
    }, passSeconds * 1000).unref();
  }

  /** @throws Error when the store's file says nothing usable */
  static async open(args: ArchiveCopiesArgs): Promise<ArchiveCopies> {
    await readStorePlace(args.store);
    const copies = new ArchiveCopies(args);
    await copies.readRecord();
    return copies;
  }

  /** Copies what is due, after a pass that runs. */
  async pass(signal: AbortSignal): Promise<void> {
    await this.passing;
    this.passing = this.copyDue(signal);
    await this.passing;
    this.passing = undefined;
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
    const { store, clock } = this.args;
    const copiedBefore = this.copiedBytes;
    try {
      const place = await readStorePlace(store);
      if (place.url !== this.url) this.copied.clear(); // another store has none of it
      this.url = place.url;
      const files = await this.files();
      this.countLost(files);
      const due = this.due(files);
      this.waitingBytes = sum(due);
      const end = clock() + longestPassSeconds;
      for (const file of due) {
        if (clock() > end && !this.stopping.signal.aborted) return;
        if (await this.copy(file, place, signal)) this.waitingBytes -= file.bytes;
      }
      if (this.waitingBytes > 0) return;
      this.wholeAt = clock();
      if (this.reason !== undefined) this.args.log.info("the archive is copied again");
      this.reason = undefined;
    } catch (error) {
      // The exporter ends: the next pass, or the next exporter, goes on.
      if (this.stopping.signal === signal && signal.aborted) return;
      this.failed(error);
    } finally {
      // A full disk, say: what is not written down is copied again.
      if (this.copiedBytes > copiedBefore) await this.writeRecord().catch(() => undefined);
    }
  }

  private failed(error: unknown): void {
    this.failures++;
    const reason = reasonOf(error);
    if (this.reason !== reason) this.args.log.warn("the archive cannot be copied", { reason });
    this.reason = reason;
  }

  /** What an exporter before this one copied; without it all is copied once more. */
  private async readRecord(): Promise<void> {
    const text = await readFile(join(this.args.folder, recordName), "utf8").catch(() => "");
    try {
      const { url, files } = recordSchema.parse(JSON.parse(text));
      this.url = url;
      this.copied = new Map(Object.entries(files));
    } catch {
      this.copied.clear();
    }
  }

  private async writeRecord(): Promise<void> {
    const record: z.infer<typeof recordSchema> = { url: this.url, files: Object.fromEntries(this.copied) };
    await writeFileAtomic(join(this.args.folder, recordName), JSON.stringify(record));
  }

  /** Files of every archive, oldest first, by the names that their objects have. */
  private async files(): Promise<ArchiveFile[]> {
    const { folder, archives } = this.args;
    const all: ArchiveFile[] = [];
    for (const archive of archives.keys()) {
      for (const { name, bytes } of await archiveFiles(join(folder, archive))) {
        all.push({ name: objectName(archive, name), bytes });
      }
    }
    return all;
  }

  private due(files: readonly ArchiveFile[]): ArchiveFile[] {
    const open = new Set(
      [...this.args.archives].flatMap(([folder, archive]) =>
        archive.openFiles().map((name) => objectName(folder, name)),
      ),
    );
    const now = this.args.clock();
    const today = `/${dayOf(now)}/`;
    return files.filter(({ name, bytes }) => {
      if (bytes <= (this.copied.get(name) ?? 0)) return false;
      // Nothing more comes into a file of another day.
      if (!open.has(name) || !name.includes(today)) return true;
      const since = this.since.get(name) ?? now;
      this.since.set(name, since);
      return now - since >= this.args.everySeconds;
    });
  }

  /** @returns false: the file cannot be read, and those behind it can perhaps */
  private async copy({ name, bytes }: ArchiveFile, place: StorePlace, signal: AbortSignal): Promise<boolean> {
    const path = join(this.args.folder, ...name.split("/"));
    try {
      await putObject(place, { path, bytes, name }, signal);
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      // The archive's bounds have removed it: counted when the folder is looked at again.
      if (error.isMissing) return true;
      this.failed(error);
      return false;
    }
    this.copiedBytes += bytes;
    this.copied.set(name, bytes);
    this.since.set(name, this.args.clock());
    return true;
  }

  private countLost(files: readonly ArchiveFile[]): void {
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

const objectName = (archive: string, name: string): string => [archive, ...name.split(sep)].join("/");

const sum = (files: readonly ArchiveFile[]): number => files.reduce((total, { bytes }) => total + bytes, 0);
