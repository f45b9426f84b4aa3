/** Folder of an archive: a folder of each day, in it files by APID and time of their start, the oldest removed first. */
import { readdir, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Files at most, however small: an exporter that starts again and again makes new ones each time. */
export const mostFiles = 10_000;

const dayForm = /^\d{4}-\d{2}-\d{2}$/;
const fileForm = /^apid-\d{4}-(\d{9})\.packets$/;

/** UTC day, as in `2026-11-27`. */
export const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

/** Path of a new file below the folder: `2026-11-27/apid-0042-093015123.packets`. */
export function fileName(apid: number, seconds: number): string {
  const time = new Date(seconds * 1000).toISOString().slice(11, 23).replace(/\D/g, "");
  return join(dayOf(seconds), `apid-${String(apid).padStart(4, "0")}-${time}.packets`);
}

export interface ArchiveFile {
  /** Path below the folder. */
  readonly name: string;
  readonly bytes: number;
}

/** Files of an archive, oldest first; other files in the folder are left alone. */
export async function archiveFiles(folder: string): Promise<ArchiveFile[]> {
  const found: (ArchiveFile & { readonly start: string })[] = [];
  for (const day of (await entries(folder)).filter((name) => dayForm.test(name))) {
    for (const name of await entries(join(folder, day))) {
      const start = fileForm.exec(name)?.[1];
      if (start === undefined) continue;
      const bytes = await stat(join(folder, day, name)).then(
        ({ size }) => size,
        () => 0,
      );
      found.push({ name: join(day, name), bytes, start: `${day} ${start}` });
    }
  }
  return found
    .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : a.name < b.name ? -1 : 1))
    .map(({ name, bytes }) => ({ name, bytes }));
}

async function entries(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && ["ENOENT", "ENOTDIR"].includes(String(error.code))) {
      return [];
    }
    throw error;
  });
}

export interface ArchiveLimits {
  readonly mostBytes: number;
  readonly days: number;
}

/**
 * Files to remove: those before the kept days, then the oldest until size and number fit. A file that is being written
 * goes last: a rare packet's, which began early in the day, is small.
 */
export function superfluous(
  files: readonly ArchiveFile[],
  open: ReadonlySet<string>,
  { mostBytes, days }: ArchiveLimits,
  now: number,
): ArchiveFile[] {
  const firstDay = dayOf(now - (days - 1) * 86_400);
  const old = files.filter(({ name }) => name.slice(0, firstDay.length) < firstDay);
  const kept = files.filter((file) => !old.includes(file));
  let bytes = kept.reduce((sum, file) => sum + file.bytes, 0);
  let count = kept.length;
  const closedFirst = [
    ...kept.filter(({ name }) => !open.has(name)),
    ...kept.filter(({ name }) => open.has(name)),
  ];
  const removed = closedFirst.filter((file) => {
    if (bytes <= mostBytes && count <= mostFiles) return false;
    bytes -= file.bytes;
    count--;
    return true;
  });
  return [...old, ...removed];
}

export async function removeFile(folder: string, { name }: ArchiveFile): Promise<void> {
  await rm(join(folder, name), { force: true });
  // Fails while the day has other files.
  await rmdir(join(folder, name, "..")).catch(() => undefined);
}
