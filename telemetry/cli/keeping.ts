/** What `serve` keeps of the packets besides the newest values: the history and the archive. */
import { join } from "node:path";
import * as z from "zod";
import { ArchiveCopies, lastCopySeconds, PacketArchive } from "../archive";
import type { Dictionary } from "../dictionary";
import { HistoryWriter } from "../history";
import type { Log } from "../log";
import { loginProblem } from "../loginProblem";
import { reasonOf } from "../reasonOf";
import type { Surroundings } from "./command";
import { positive, text, UsageError } from "./settings";

/** Seconds for the samples that wait when the exporter ends: less than what its pod has behind the drain. */
const lastWriteSeconds = 5;

export const keepingSettings = {
  history: text
    .optional()
    .describe(
      "address of Prometheus' remote write receiver, as http://HOST:9090/api/v1/write: every sample is written to it at its on-board time",
    ),
  historyDays: positive
    .default(31)
    .describe("days that a sample of the history may be old: Prometheus' out-of-order time window"),
  historyQueue: z.coerce
    .number()
    .int()
    .min(10_000)
    .max(50_000_000)
    .default(1_000_000)
    .describe("samples that wait in memory while Prometheus is away, 20 bytes each"),
  archive: text.optional().describe("folder in which every received packet is kept, for replay"),
  archiveDays: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_650)
    .default(7)
    .describe("days that packets stay in the archive, today included"),
  archiveMib: positive
    .max(10_000_000)
    .default(1024)
    .describe("MiB of the archive; the oldest files are removed first"),
  archiveCopy: text
    .optional()
    .describe(
      "JSON file of a place in an object store (S3) and its keys, to which the archive's files are copied; read again each minute",
    ),
  archiveCopyMinutes: positive
    .max(1_440)
    .default(60)
    .describe(
      "minutes after which a file that still grows is copied; one that is full, or of another day, is at once",
    ),
};

interface KeepingSettings {
  readonly history?: string | undefined;
  readonly historyDays: number;
  readonly historyQueue: number;
  readonly archive?: string | undefined;
  readonly archiveDays: number;
  readonly archiveMib: number;
  readonly archiveCopy?: string | undefined;
  readonly archiveCopyMinutes: number;
}

export interface Keeping {
  readonly history: HistoryWriter | undefined;
  readonly archives: ReadonlyMap<string, PacketArchive> | undefined;
  readonly copies: ArchiveCopies | undefined;
}

const clock = (): number => Date.now() / 1000;

/** @throws UsageError for an address that is none, or a folder that cannot be used */
export async function openKeeping(
  settings: KeepingSettings,
  dictionary: Dictionary,
  fleet: readonly string[],
  { log }: Pick<Surroundings, "log">,
): Promise<Keeping> {
  const { history: address } = settings;
  if (address !== undefined && !(/^https?:\/\//i.test(address) && URL.canParse(address))) {
    throw new UsageError("--history: must be an http:// or https:// URL, as http://HOST:9090/api/v1/write");
  }
  const wrongLogin = address === undefined ? undefined : loginProblem(address);
  if (wrongLogin !== undefined) throw new UsageError(`--history: ${wrongLogin}`);
  const archives = await openArchives(settings, fleet, log);
  const copies = await openCopies(settings, archives, log);
  const history =
    address === undefined
      ? undefined
      : new HistoryWriter({
          ...{ dictionary, spacecraft: fleet, address, log, clock },
          mostAgeSeconds: settings.historyDays * 86_400,
          mostQueued: settings.historyQueue,
        });
  return { history, archives, copies };
}

/** Archive of each spacecraft, in a folder of its name, and with its part of the size. */
async function openArchives(
  { archive: folder, archiveDays: days, archiveMib }: KeepingSettings,
  fleet: readonly string[],
  log: Log,
): Promise<Map<string, PacketArchive> | undefined> {
  if (folder === undefined) return undefined;
  const archives = new Map<string, PacketArchive>();
  const mostBytes = (archiveMib * 1024 ** 2) / fleet.length;
  for (const spacecraft of fleet) {
    const own = join(folder, folderName(spacecraft));
    const archive = await PacketArchive.open({ folder: own, mostBytes, days, log, clock }).catch(
      (error: unknown) => {
        throw new UsageError(`--archive ${own}: ${reasonOf(error)}`);
      },
    );
    archives.set(spacecraft, archive);
  }
  return archives;
}

/** Name of a spacecraft as that of a folder, whatever is in it. */
const folderName = (spacecraft: string): string => encodeURIComponent(spacecraft).replace(/^\.+$/, "%2E");

async function openCopies(
  { archive: folder, archiveCopy: store, archiveCopyMinutes }: KeepingSettings,
  archives: ReadonlyMap<string, PacketArchive> | undefined,
  log: Log,
): Promise<ArchiveCopies | undefined> {
  if (store === undefined) return undefined;
  if (folder === undefined || archives === undefined) {
    throw new UsageError("--archive-copy: needs --archive, whose files it copies");
  }
  const own = new Map([...archives].map(([spacecraft, archive]) => [folderName(spacecraft), archive]));
  const everySeconds = archiveCopyMinutes * 60;
  return ArchiveCopies.open({ folder, archives: own, store, everySeconds, log, clock }).catch(
    (error: unknown) => {
      throw new UsageError(`--archive-copy: ${reasonOf(error)}`);
    },
  );
}

/** @param copySeconds time for what is not copied yet */
export async function closeKeeping(
  { history, archives, copies }: Keeping,
  copySeconds: number = lastCopySeconds,
): Promise<void> {
  const closed = [...(archives?.values() ?? [])].map((archive) => archive.close());
  await Promise.all([history?.close(lastWriteSeconds), ...closed]);
  await copies?.close(copySeconds);
}
