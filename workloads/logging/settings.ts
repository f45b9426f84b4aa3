/** Settings of logs. */
import { z } from "zod";
import { newPassword, oneOf, positive, secretUrl, whole } from "../../settings/kinds";
import { type SettingProblem, strictObject } from "../../settings/load";
import { storage } from "../settings/storage";

/** A header's value as HTTP allows it. */
const headerValue = z.string().regex(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/, {
  error: "printable ASCII characters, no space at the ends",
});

const headerName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, { error: "a header's name, such as Authorization" });

export const logs = strictObject({
  kind: oneOf(["none", "victorialogs", "external"])
    .default("victorialogs")
    .describe(
      "`none`: logs stay on their nodes; `victorialogs`: a store in the cluster, with a page to search in, at node port 30428 when stack 1's `publishedNodePorts` has it; `external`: a store of yours that takes OTLP over HTTP, as Loki, Elasticsearch and most services do.",
    )
    .meta({ example: "none" }),
  retentionDays: whole(2, 3650)
    .default(14)
    .describe("Of `victorialogs`: days that records are kept, unless `retentionSizeGiB` is reached first."),
  retentionSizeGiB: positive(10_000)
    .default(5)
    .describe(
      "Of `victorialogs`: GiB of disk; the oldest days are deleted first, the last two are kept always. A record takes about a tenth of its bytes.",
    ),
  storage: storage("/var/lib/perigee-logs", "record"),
  memoryMiB: whole(128, 65_536)
    .default(512)
    .describe("Of `victorialogs`: memory limit of the store in MiB; half of it is requested."),
  password: newPassword
    .optional()
    .describe(
      "Secret. Of `victorialogs`: password of the user `logs`. Default: generated, and an output of the stack.",
    ),
  url: secretUrl
    .optional()
    .describe(
      "Of `external`: URL that takes logs by OTLP over HTTP. With a password in it: `pulumi config set --secret`.",
    )
    .meta({ example: "https://loki.example/otlp/v1/logs" }),
  headers: z
    .record(headerName, headerValue)
    .optional()
    .describe("Secret. Of `external`: headers of every request.")
    .meta({ example: { Authorization: "Bearer of-your-token" } }),
  bufferMiB: whole(64, 65_536)
    .default(512)
    .describe("MiB on each node's disk for records that the store does not take just now."),
  errorsPerFiveMinutes: whole(1, 1_000_000)
    .default(50)
    .describe(
      "Of `victorialogs`: errors of one container within five minutes after which [ContainerLogsErrors](alerts/ContainerLogsErrors.md) tells of them.",
    ),
});

export type LogSettings = z.output<typeof logs>;

/** Kinds that a setting belongs to, where one alone has it. */
const ofKind = { password: "victorialogs", url: "external", headers: "external" } as const;

/** Problems of settings with the kind of store. While logs are off they may stay as they are. */
export function logChecks(settings: LogSettings): SettingProblem[] {
  const { kind, storage: kept, url } = settings;
  if (kind === "none") return [];
  const foreign = Object.entries(ofKind).flatMap(([key, owner]): SettingProblem[] => {
    const given = settings[key as keyof typeof ofKind];
    if (given === undefined || kind === owner) return [];
    return [{ setting: `logs.${key}`, given, problem: `known only where \`logs.kind\` is ${owner}` }];
  });
  return [
    ...foreign,
    ...(kind === "external" && kept.kind !== "ephemeral"
      ? [
          {
            ...{ setting: "logs.storage", given: kept },
            problem: "known only where `logs.kind` is victorialogs",
          },
        ]
      : []),
    ...(kind === "external" && url === undefined
      ? [{ setting: "logs.url", given: url, problem: "required where `logs.kind` is external" }]
      : []),
  ];
}
