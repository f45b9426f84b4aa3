/** What the exporter's pod keeps of the packets: history, archive and its copies, as settings of its program. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { lastCopySeconds } from "../../telemetry/archive/lastCopy";
import { owned } from "../adoption/fieldManager";
import type { TelemetrySettings } from "../config";
import { monitoringNames } from "../monitoring/names";
import { historyDays, type HistoryOf } from "../settings/historyDays";
import type { Program } from "./program";

const archivePath = "/var/lib/perigee-archive";
const volume = "archive";
const store = { secret: "telemetry-archive-store", file: "store.json", folder: "/etc/perigee-archive-store" };
/** Room in an emptyDir beyond the archive's bound: a pod that fills it is evicted. */
const spare = 1.25;

export interface Keeping {
  readonly args: readonly string[];
  readonly program: Program;
  /** Seconds that its end takes beyond that of an exporter that keeps nothing. */
  readonly graceSeconds: number;
}

type Archive = TelemetrySettings["archive"];

export interface KeepingArgs extends HistoryOf {
  readonly telemetry: Pick<TelemetrySettings, "archive" | "history">;
  readonly namespace: pulumi.Input<string>;
}

export function keeping(
  settings: KeepingArgs,
  program: Program,
  opts: pulumi.CustomResourceOptions,
): Keeping {
  const days = historyDays(settings);
  const { archive } = settings.telemetry;
  const { copy } = archive;
  const secret = copy && storeSecret(copy, settings.namespace, opts);
  return {
    graceSeconds: copy === undefined ? 0 : lastCopySeconds,
    args: [
      ...(days === undefined ? [] : [`--history=${monitoringNames.writeUrl}`, `--history-days=${days}`]),
      ...(archive.storage.kind === "none"
        ? []
        : [
            `--archive=${archivePath}`,
            `--archive-days=${archive.days}`,
            `--archive-mib=${mebibytes(archive.sizeGiB)}`,
          ]),
      ...(copy === undefined
        ? []
        : [`--archive-copy=${store.folder}/${store.file}`, `--archive-copy-minutes=${copy.everyMinutes}`]),
    ],
    program: withVolumes(program, [
      ...(archive.storage.kind === "none"
        ? []
        : [{ name: volume, source: volumeSource(archive), mountPath: archivePath }]),
      ...(secret === undefined
        ? []
        : [
            {
              ...{ name: "archive-store", source: { secret: { secretName: secret.metadata.name } } },
              ...{ mountPath: store.folder, readOnly: true as const },
            },
          ]),
    ]),
  };
}

/**
 * Secret with the store's address and key. The exporter reads it again and again: another key needs no other pod.
 */
function storeSecret(
  copy: NonNullable<Archive["copy"]>,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Secret {
  const { url, region, accessKeyId, secretAccessKey, certificateAuthority } = copy;
  const place = { url, region, accessKeyId, secretAccessKey, certificateAuthority };
  return new kubernetes.core.v1.Secret(
    store.secret,
    {
      metadata: owned({ name: store.secret, namespace }),
      stringData: { [store.file]: pulumi.secret(JSON.stringify(place)) },
    },
    opts,
  );
}

interface Mounted {
  readonly name: string;
  readonly source: Omit<kubernetes.types.input.core.v1.Volume, "name">;
  readonly mountPath: string;
  readonly readOnly?: true;
}

function withVolumes(program: Program, mounted: readonly Mounted[]): Program {
  const volumes = mounted.map(({ name, source }) => ({ name, ...source }));
  const volumeMounts = mounted.map(({ name, mountPath, readOnly }) => ({
    ...{ name, mountPath },
    ...(readOnly && { readOnly }),
  }));
  return {
    ...program,
    volumes: [...program.volumes, ...volumes],
    volumeMounts: [...program.volumeMounts, ...volumeMounts],
  };
}

function volumeSource({
  storage,
  sizeGiB,
}: Archive): Pick<kubernetes.types.input.core.v1.Volume, "emptyDir" | "persistentVolumeClaim"> {
  return storage.kind === "claim"
    ? { persistentVolumeClaim: { claimName: storage.name } }
    : { emptyDir: { sizeLimit: `${mebibytes(sizeGiB * spare)}Mi` } };
}

const mebibytes = (gibibytes: number): number => Math.max(1, Math.round(gibibytes * 1024));
