/** What the exporter's pod keeps of the packets: the history's address and the archive's volume, as settings of its program. */
import type * as kubernetes from "@pulumi/kubernetes";
import type { TelemetrySettings } from "../config";
import { monitoringNames } from "../monitoring/names";
import { historyDays, type HistoryOf } from "../settings/historyDays";
import type { Program } from "./program";

const archivePath = "/var/lib/perigee-archive";
const volume = "archive";
/** Room in an emptyDir beyond the archive's bound: a pod that fills it is evicted. */
const spare = 1.25;

export interface Keeping {
  readonly args: readonly string[];
  readonly program: Program;
}

export function keeping(
  settings: HistoryOf & { readonly telemetry: Pick<TelemetrySettings, "archive"> },
  program: Program,
): Keeping {
  const days = historyDays(settings);
  const { archive } = settings.telemetry;
  return {
    args: [
      ...(days === undefined ? [] : [`--history=${monitoringNames.writeUrl}`, `--history-days=${days}`]),
      ...(archive.storage.kind === "none"
        ? []
        : [
            `--archive=${archivePath}`,
            `--archive-days=${archive.days}`,
            `--archive-mib=${mebibytes(archive.sizeGiB)}`,
          ]),
    ],
    program:
      archive.storage.kind === "none"
        ? program
        : {
            ...program,
            volumes: [...program.volumes, { name: volume, ...volumeSource(archive) }],
            volumeMounts: [...program.volumeMounts, { name: volume, mountPath: archivePath }],
          },
  };
}

function volumeSource({
  storage,
  sizeGiB,
}: TelemetrySettings["archive"]): Pick<
  kubernetes.types.input.core.v1.Volume,
  "emptyDir" | "persistentVolumeClaim"
> {
  return storage.kind === "claim"
    ? { persistentVolumeClaim: { claimName: storage.name } }
    : { emptyDir: { sizeLimit: `${mebibytes(sizeGiB * spare)}Mi` } };
}

const mebibytes = (gibibytes: number): number => Math.max(1, Math.round(gibibytes * 1024));
