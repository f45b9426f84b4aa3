/** Settings of the packet archive: where its files lie, and where they are copied to. */
import { z } from "zod";
import { certificates } from "../../settings/certificates";
import { baseUrl, matching, positive, whole } from "../../settings/kinds";
import { type SettingProblem, strictObject } from "../../settings/load";
import { bucketMissing, lacksBucket } from "../../telemetry/archive/storeAddress";

const copy = strictObject({
  url: baseUrl
    .refine((url) => !lacksBucket(url), { error: bucketMissing })
    .describe(
      "Address of a bucket of any store that speaks S3, or of a folder in it: `https://BUCKET.s3.REGION.amazonaws.com/FOLDER`, or `https://HOST/BUCKET/FOLDER`.",
    ),
  region: matching(/^[a-z0-9-]{1,64}$/, "a region, such as eu-central-1")
    .default("us-east-1")
    .describe("Region of the bucket; stores of one's own mostly take any."),
  accessKeyId: matching(/^[\x21-\x7e]{1,128}$/, "an access key's ID").describe(
    "ID of the key, which needs to write objects there, and nothing else.",
  ),
  secretAccessKey: matching(/^[\x21-\x7e]{1,256}$/, "a secret access key").describe(
    "Secret. The key: `pulumi config set --secret --path`.",
  ),
  certificateAuthority: certificates
    .optional()
    .describe("Authorities in PEM that the store's certificate is verified by. Default: the public ones."),
  everyMinutes: whole(1, 1440)
    .default(60)
    .describe(
      "Minutes after which a file that still grows is copied; one that is full, or of another day, is at once.",
    ),
});

export const packetArchive = strictObject({
  storage: z
    .discriminatedUnion(
      "kind",
      [
        strictObject({ kind: z.literal("none") }),
        strictObject({ kind: z.literal("ephemeral") }),
        strictObject({
          kind: z.literal("claim"),
          name: matching(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, "a PersistentVolumeClaim's name").describe(
            "Name of a PersistentVolumeClaim of yours in the namespace `telemetry`.",
          ),
        }),
      ],
      { error: "kind must be one of: none, ephemeral, claim" },
    )
    .prefault({ kind: "none" })
    .describe(
      "`{ kind: none }` keeps no packets; `{ kind: ephemeral }` loses them with the pod; `{ kind: claim, name }` keeps them in a volume of yours.",
    )
    .meta({ example: { kind: "claim", name: "telemetry-archive" } }),
  days: whole(1, 3650).default(7).describe("Days that packets stay in the archive."),
  sizeGiB: positive(10_000).default(1).describe("GiB of the archive; the oldest files are removed first."),
  copy: copy
    .optional()
    .describe("Where every file is copied to, to outlive the archive's disk and bounds.")
    .meta({
      example: {
        url: "https://ground-archive.s3.eu-central-1.amazonaws.com/dev",
        region: "eu-central-1",
        accessKeyId: "AKIA...",
        secretAccessKey: "...",
      },
    }),
});

export type PacketArchiveSettings = z.output<typeof packetArchive>;

/** Problems of the copy with the archive that it is of. */
export function packetArchiveChecks({ storage, copy: to }: PacketArchiveSettings): SettingProblem[] {
  if (to === undefined || storage.kind !== "none") return [];
  const problem = "ephemeral or claim, where packets are to be copied: what is not kept is not copied";
  return [{ setting: "telemetry.archive.storage.kind", given: storage.kind, problem }];
}
