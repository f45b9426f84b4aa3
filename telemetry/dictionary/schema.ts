/** Zod schema of a whole telemetry dictionary file: rules for each part on its own; those across parts are in check.ts. */
import * as z from "zod";
import { checksumSchema, secondaryHeaderSchema, sequenceSchema } from "./packetSchema";
import { storedDefaultSchema } from "./stored";
import { oneLine, prose } from "./texts";
import { timeSchema } from "./timeSchema";

export const dictionarySchema = z.strictObject(
  {
    name: oneLine(64),
    version: oneLine(32),
    description: prose(400).default(""),
    /** Defaults of all packets. */
    time: timeSchema.optional(),
    secondaryHeader: secondaryHeaderSchema.optional(),
    checksum: checksumSchema.optional(),
    sequence: sequenceSchema.optional(),
    stored: storedDefaultSchema.optional(),
    /** `subsystem.name` of the enumeration with the spacecraft's mode, for limits by mode. */
    mode: z.string().optional(),
    packets: z.array(z.unknown()).min(1).max(4096),
  },
  {
    error: ({ code }) =>
      code === "invalid_type"
        ? "must have name, version, time and packets; see docs/telemetry.md"
        : undefined,
  },
);

export type DictionarySource = z.infer<typeof dictionarySchema>;
