/** Packets of an archive, one file or a folder of them, in the order of a time. */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { recordMark, recordsOf } from "./record";

/** A packet with the time that orders it, seconds since 1970. */
export interface TimedPacket {
  readonly packet: Buffer;
  readonly time: number;
}

interface Entry {
  time: number;
  readonly file: string;
  readonly at: number;
  readonly bytes: number;
}

/** True for a folder, and for a file of records. */
export function isArchive(path: string): boolean {
  if (path === "-") return false;
  const found = statSync(path);
  if (found.isDirectory()) return true;
  // What is read from a pipe is gone.
  if (!found.isFile()) return false;
  const file = openSync(path, "r");
  try {
    const start = Buffer.alloc(recordMark.length);
    readSync(file, start, 0, start.length, 0);
    return start.equals(recordMark);
  } finally {
    closeSync(file);
  }
}

/**
 * Packets of an archive by the time of their reception, or by another time. Only the places of the packets are kept in
 * memory, some 100 bytes of each.
 * @param timeOf another time of a packet; NaN: it has none, and stays behind the one received before it
 */
export function archivedPackets(path: string, timeOf?: (packet: Buffer) => number): Generator<TimedPacket> {
  const entries = filesOf(path).flatMap((file) => {
    const content = readFileSync(file);
    return Array.from(recordsOf(content), ({ received, at, bytes }): Entry & { other: number } => ({
      ...{ time: received, file, at, bytes },
      other: timeOf?.(content.subarray(at, at + bytes)) ?? received,
    }));
  });
  // Stable: packets of one time stay in the order of their file.
  entries.sort((a, b) => a.time - b.time);
  if (timeOf) {
    let last = -Infinity;
    for (const entry of entries) {
      if (!Number.isNaN(entry.other)) last = entry.other;
      entry.time = last;
    }
    entries.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  }
  return read(entries);
}

function* read(entries: readonly Entry[]): Generator<TimedPacket> {
  const files = new OpenFiles();
  try {
    for (const { file, at, bytes, time } of entries) yield { packet: files.read(file, at, bytes), time };
  } finally {
    files.close();
  }
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".packets"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Files that are read here and there: those used last stay open. */
class OpenFiles {
  private static readonly most = 32;
  private readonly open = new Map<string, number>();

  read(path: string, at: number, bytes: number): Buffer {
    const file = this.open.get(path) ?? openSync(path, "r");
    this.open.delete(path);
    this.open.set(path, file);
    const [oldest] = this.open;
    if (this.open.size > OpenFiles.most && oldest) {
      closeSync(oldest[1]);
      this.open.delete(oldest[0]);
    }
    const packet = Buffer.alloc(bytes);
    readSync(file, packet, 0, bytes, at);
    return packet;
  }

  close(): void {
    for (const file of this.open.values()) closeSync(file);
    this.open.clear();
  }
}
