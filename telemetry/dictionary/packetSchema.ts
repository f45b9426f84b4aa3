/** Zod schemas of a packet of a dictionary file: header, length, checks, sequence, and which layout it is. */
import * as z from "zod";
import { eventsSchema } from "./eventSchema";
import { storedSchema } from "./stored";
import { finite, identifier, prose } from "./texts";
import { timeSchema } from "./timeSchema";

/**
 * Secondary header. Without one said, it is the time and nothing else; `none` for packets without one; PUS-C and PUS-A
 * for the telemetry headers of ECSS-E-ST-70-41.
 */
export const secondaryHeaderSchema = z.union(
  [
    z.enum(["none", "PUS-C", "PUS-A"]),
    z.strictObject({
      form: z.enum(["PUS-C", "PUS-A"]).optional(),
      /** Size in bytes; the data begins behind it. */
      bytes: z.int().min(0).max(255),
      /** Flag of the secondary header in the primary one: set, or not looked at. */
      flag: z.enum(["set", "any"]).default("set"),
    }),
  ],
  { error: "must be none, PUS-C, PUS-A, or its size: { bytes: 10 }" },
);

/** Check at the end of each packet: CRC-16-CCITT, or the ISO checksum of ECSS-E-ST-70-41C, annex B. */
export const checksumSchema = z.enum(["none", "crc16", "iso16"], {
  error: "must be none, crc16 or iso16",
});

export const sequenceSchema = z.strictObject({
  /** Packets that share a sequence counter: those of an APID, all of the spacecraft, or none (it does not count). */
  counted: z.enum(["apid", "all", "none"]).default("apid"),
  /** Difference between two packets that are sent one after the other. */
  step: z.int().min(1).max(8191).default(1),
});

/** Values of a field that choose a layout: one, a list, a range, or all others. A state is written by its name. */
const range = z
  .strictObject({ from: z.int().optional(), to: z.int().optional() })
  .refine(({ from, to }) => (from ?? -Infinity) <= (to ?? Infinity), "from must not be above to");
const conditionForms = {
  error: "must be a value, a range { from, to }, a [list] of them, or { not: value }",
};
const valueOrRange = z.union([z.int(), z.string(), range], conditionForms);
const values = z.union([valueOrRange, z.array(valueOrRange).min(1).max(256)], conditionForms);
const conditionSchema = z.union([values, z.strictObject({ not: values })], conditionForms);

const byteOfHeader = z.int().min(0).max(255).optional();

const lengthSchema = z.union(
  [
    z.int().min(1).max(65_536),
    z.strictObject({ from: z.int().min(0).max(65_536), to: z.int().min(1).max(65_536).optional() }),
  ],
  { error: "must be a number of bytes, or { from, to }" },
);

/** A packet with unchecked parameters. They are checked one by one, so that an invalid one does not hide the next. */
export const packetSchema = z
  .strictObject({
    /** APID, 0 to 2046; idle packets use 2047 (CCSDS 133.0-B-2, 4.1.3.3.4.4). Default: that of `extends`. */
    apid: z.int().min(0).max(2046).optional(),
    name: identifier,
    description: prose(400).min(1),
    subsystem: identifier.optional(),
    /** Seconds between two packets; not needed by events, which come when they do. */
    period: finite.positive("must be above 0").max(86_400).optional(),
    /** Time code; default: the dictionary's. */
    time: timeSchema.optional(),
    secondaryHeader: secondaryHeaderSchema.optional(),
    checksum: checksumSchema.optional(),
    sequence: sequenceSchema.optional(),
    stored: storedSchema(conditionSchema).optional(),
    /** What of the packet is an event: a line in the log, and counted. */
    event: eventsSchema.optional(),
    /** Bytes after the secondary header, without the checksum; default: the size of the parameters. */
    bytes: lengthSchema.optional(),
    /** Name of the packet before it in the file whose fields this one begins with. */
    extends: identifier.optional(),
    /** True for what is never sent as it is: only the packets that extend it are. */
    abstract: z.boolean().default(false),
    /** Fields that choose this layout among those of the APID, with their values. */
    when: z.record(z.string(), conditionSchema).optional(),
    /** Message type of a PUS packet. */
    service: byteOfHeader,
    subtype: byteOfHeader,
    destination: z.int().min(0).max(65_535).optional(),
    parameters: z.array(z.unknown()).max(4096, "a packet has at most 4096 parameters").default([]),
  })
  .superRefine((packet, context) => {
    const refuse = (key: string, message: string): void =>
      context.addIssue({ code: "custom", path: [key], message });
    if (packet.extends === undefined) {
      if (packet.apid === undefined) refuse("apid", "must be a number from 0 to 2046");
      if (packet.subsystem === undefined) refuse("subsystem", "must be the subsystem of the parameters");
      if (packet.period === undefined && packet.event === undefined) {
        refuse("period", "must be the seconds between two packets");
      }
      if (packet.parameters.length === 0) refuse("parameters", "must have at least one parameter");
    }
    if (typeof packet.bytes === "object" && packet.bytes.from > (packet.bytes.to ?? Infinity)) {
      refuse("bytes", "from must not be above to");
    }
  });

export type PacketSource = z.infer<typeof packetSchema>;
export type ConditionSource = z.infer<typeof conditionSchema>;
export type SecondaryHeaderSource = z.infer<typeof secondaryHeaderSchema>;
export type Checksum = z.infer<typeof checksumSchema>;
