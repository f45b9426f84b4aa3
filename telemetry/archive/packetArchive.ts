/** Archive of raw packets: every whole packet as it was received, in files by APID and day. */
import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { idleApid, primaryHeaderBytes, readApid, readDataBytes, readVersion } from "../decoder";
import type { Log } from "../log";
import { archiveFiles, type ArchiveLimits, dayOf, fileName, removeFile, superfluous } from "./archiveFolder";
import { recordHeaderBytes, writeRecord } from "./record";

/** slow: the disk is slower than the packets. error: the file could not be written, as on a full disk. */
export const archiveDropReasons = ["slow", "error"] as const;

export interface ArchiveArgs extends ArchiveLimits {
  readonly folder: string;
  readonly log: Log;
  /** Current time in seconds since 1970. */
  readonly clock: () => number;
}

/** Records of one APID that are not written yet. */
interface Pending {
  bytes: Buffer;
  length: number;
  packets: number;
}

/** Seconds between two writings: what a killed exporter loses. */
const flushSeconds = 1;
const tidySeconds = 60;
/** Bytes that may wait for the disk. */
const mostPendingBytes = 16 * 1024 * 1024;
const firstPendingBytes = 4 * 1024;
/** Size at which a file is closed, as part of the archive's: whole files are removed. */
const filesPerArchive = 32;
const mostFileBytes = 64 * 1024 * 1024;

/**
 * Archive with a bounded size, age and number of files. The live path copies a packet into memory and nothing more. A
 * new exporter begins new files, so the cut record of one that was killed stays the last of its file.
 */
export class PacketArchive {
  written = 0;
  readonly dropped: Record<(typeof archiveDropReasons)[number], number> = { slow: 0, error: 0 };
  /** Size and number of the files, as they were found last and grew since. */
  bytes = 0;
  files = 0;

  private pending = new Map<number, Pending>();
  private pendingBytes = 0;
  /** File that an APID's packets go to, and its size. */
  private readonly open = new Map<number, { readonly name: string; bytes: number }>();
  private readonly timer: NodeJS.Timeout;
  private writing: Promise<void> = Promise.resolve();
  private tidied = 0;
  private hasFailed = false;

  private constructor(private readonly args: ArchiveArgs) {
    this.timer = setInterval(() => void this.flush(), flushSeconds * 1000).unref();
  }

  /** @throws the system's error when the folder cannot be made or read */
  static async open(args: ArchiveArgs): Promise<PacketArchive> {
    await mkdir(args.folder, { recursive: true });
    const archive = new PacketArchive(args);
    await archive.tidy();
    return archive;
  }

  /** Files that are being written, by their paths below the folder. */
  openFiles(): string[] {
    return Array.from(this.open.values(), ({ name }) => name);
  }

  /** Takes the whole packets of a datagram but idle ones: also those that the dictionary does not know. */
  take(datagram: Buffer, received: number): void {
    for (let at = 0; datagram.length - at > primaryHeaderBytes && readVersion(datagram, at) === 0;) {
      const end = at + primaryHeaderBytes + readDataBytes(datagram, at);
      if (end > datagram.length) return;
      const apid = readApid(datagram, at);
      if (apid !== idleApid) this.add(apid, datagram.subarray(at, end), received);
      at = end;
    }
  }

  private add(apid: number, packet: Buffer, received: number): void {
    const bytes = recordHeaderBytes + packet.length;
    if (this.pendingBytes + bytes > mostPendingBytes) {
      this.dropped.slow++;
      return;
    }
    let pending = this.pending.get(apid);
    if (pending === undefined) {
      pending = { bytes: Buffer.allocUnsafe(Math.max(firstPendingBytes, bytes)), length: 0, packets: 0 };
      this.pending.set(apid, pending);
    }
    if (pending.length + bytes > pending.bytes.length) {
      const larger = Buffer.allocUnsafe(2 * pending.bytes.length + bytes);
      pending.bytes.copy(larger, 0, 0, pending.length);
      pending.bytes = larger;
    }
    writeRecord(pending.bytes, pending.length, packet, received);
    pending.length += bytes;
    pending.packets++;
    this.pendingBytes += bytes;
  }

  /** Writes what waits, and removes files once a minute or when there is too much. */
  flush(): Promise<void> {
    return (this.writing = this.writing.then(async () => {
      const now = this.args.clock();
      const batch = this.pending;
      this.pending = new Map();
      for (const [apid, pending] of batch) await this.write(apid, pending, now);
      if (this.bytes > this.args.mostBytes || now - this.tidied >= tidySeconds) {
        await this.tidy().catch((error: unknown) => this.failed(error));
      }
    }));
  }

  /** Writes what waits, and ends: no file is open any more. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
    this.open.clear();
  }

  private async write(apid: number, { bytes, length, packets }: Pending, now: number): Promise<void> {
    const { folder, mostBytes } = this.args;
    let file = this.open.get(apid);
    const most = Math.min(mostFileBytes, mostBytes / filesPerArchive);
    const isOver = file !== undefined && (file.bytes >= most || !file.name.startsWith(dayOf(now)));
    try {
      if (file === undefined || isOver) {
        await mkdir(join(folder, dayOf(now)), { recursive: true });
        this.open.set(apid, (file = { name: fileName(apid, now), bytes: 0 }));
        this.files++;
      }
      await appendFile(join(folder, file.name), bytes.subarray(0, length));
      file.bytes += length;
      this.bytes += length;
      this.written += packets;
      if (this.hasFailed) this.args.log.info("the archive is written again");
      this.hasFailed = false;
    } catch (error) {
      this.dropped.error += packets;
      // What was written of it ends in a cut record: the next ones go to another file.
      this.open.delete(apid);
      this.failed(error);
    } finally {
      this.pendingBytes -= length;
    }
  }

  private failed(error: unknown): void {
    if (!this.hasFailed) this.args.log.warn("the archive cannot be written", { reason: String(error) });
    this.hasFailed = true;
  }

  private async tidy(): Promise<void> {
    const { folder, clock } = this.args;
    const files = await archiveFiles(folder);
    const removed = superfluous(files, new Set(this.openFiles()), this.args, clock());
    for (const file of removed) await removeFile(folder, file);
    const gone = new Set(removed.map(({ name }) => name));
    for (const [apid, { name }] of this.open) if (gone.has(name)) this.open.delete(apid);
    const kept = files.filter(({ name }) => !gone.has(name));
    this.files = kept.length;
    this.bytes = kept.reduce((sum, { bytes }) => sum + bytes, 0);
    this.tidied = clock();
  }
}
