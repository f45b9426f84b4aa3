/** The command `replay`: sends recorded packets over UDP or TCP, at a chosen rate or in the rhythm of their times. */
import * as z from "zod";
import { archivedPackets, isArchive, type TimedPacket } from "../archive";
import { Decoder } from "../decoder";
import type { Dictionary } from "../dictionary";
import { reasonOf } from "../reasonOf";
import { command } from "./command";
import { dictionarySetting, readDictionary, readPackets, skipBytesSetting } from "./dictionarySetting";
import { foreignKind } from "./foreignFile";
import { FoundPackets } from "./foundPackets";
import { atRate, atTheirTimes } from "./packetFile";
import { parseTarget, sender, targetSettings } from "./sender";
import { positive, UsageError } from "./settings";

const usualRate = 10;

export const replay = command(
  {
    name: "replay",
    summary:
      "Sends the packets of a file, or of an archive's folder, one datagram each, or as a TCP stream. Exit code 1: there are none, or bytes of the file are in no packet.",
    argument: "FILE",
    argumentMeaning: "file of packets, - for standard input, or a file or folder of an archive",
    settings: {
      ...targetSettings,
      rate: z.coerce
        .number()
        .min(0)
        .optional()
        .describe(
          `packets a second, 0: as fast as possible; without it ${usualRate}, and of an archive the packets' own spacing`,
        ),
      speed: positive
        .max(100_000)
        .optional()
        .describe("sends with the packets' own spacing, so many seconds of their time in a second"),
      order: z
        .enum(["received", "onboard"])
        .default("received")
        .describe(
          "time that orders and spaces the packets: of an archive the reception, or the on-board time",
        ),
      skipBytes: skipBytesSetting,
      dictionary: dictionarySetting,
    },
  },
  async (settings, surroundings, file) => {
    const { log, complain } = surroundings;
    const { target, rate, speed } = settings;
    if (rate !== undefined && speed !== undefined) {
      throw new UsageError("--rate and --speed: give one of them");
    }
    const packets = timedPackets(file, settings);
    const { stopped } = surroundings;
    const fail = (why: string): number => {
      complain(`perigee-telemetry: ${file ?? ""} ${why}\n`);
      return 1;
    };
    if (packets.foreign !== undefined) return fail(packets.foreign);
    let failed = 0;
    let lastReason = "";
    const failure = (why: string): void => {
      failed++;
      lastReason = reasonOf(why);
    };
    const sending = sender(parseTarget(target), settings, failure, stopped);
    const send = (packet: Buffer): Promise<void> => sending.send(packet);
    const isSpaced = rate === undefined && (speed !== undefined || packets.isTimed);
    const sent = isSpaced
      ? await atTheirTimes(packets.list, speed ?? 1, stopped, send)
      : await atRate(alone(packets.list), rate ?? usualRate, stopped, send);
    sending.close();
    log.info("replayed", { packets: sent, failed });
    if (failed > 0) {
      throw new UsageError(`${failed} of ${sent} packets could not be sent to ${target}: ${lastReason}`);
    }
    const left = stopped.aborted ? undefined : packets.left();
    if (left !== undefined) return fail(`was not sent as a whole: ${left}`);
    return sent > 0 || stopped.aborted ? 0 : fail("has no packets");
  },
);

interface Source {
  readonly speed?: number | undefined;
  readonly order: "received" | "onboard";
  readonly skipBytes: number;
  readonly dictionary?: string | undefined;
}

interface Replayed {
  readonly list: Iterable<TimedPacket>;
  /** True for packets that have a spacing of their own: those of an archive, or by on-board time. */
  readonly isTimed: boolean;
  /** What of the file is in no packet, when all are read; undefined: nothing. */
  readonly left: () => string | undefined;
  /** What the file is, if it is none of packets. */
  readonly foreign?: string | undefined;
}

function timedPackets(path: string | undefined, { speed, order, skipBytes, dictionary }: Source): Replayed {
  const isOnboard = order === "onboard";
  if (path !== undefined && isOneOf(path)) {
    const timeOf = isOnboard ? onboardTimes(readDictionary(dictionary)) : undefined;
    return { list: archivedPackets(path, timeOf), isTimed: true, left: () => undefined };
  }
  if (speed !== undefined && !isOnboard) {
    throw new UsageError("--speed: a plain file has no reception times; give --order onboard, or --rate");
  }
  const known = readDictionary(dictionary);
  const content = readPackets(path);
  const packets = new FoundPackets(content, known, skipBytes);
  const hint = dictionary === undefined ? "; by the --dictionary that it is of more of it may be found" : "";
  return {
    list: isOnboard ? inOrder(packets, onboardTimes(known)) : untimed(packets),
    isTimed: isOnboard,
    left: () => packets.left && `${packets.left}${hint}`,
    foreign: foreignKind(content, skipBytes),
  };
}

function isOneOf(path: string): boolean {
  try {
    return isArchive(path);
  } catch (error) {
    throw new UsageError(`cannot read the packets ${path}: ${reasonOf(error)}`);
  }
}

/** Function that gives a packet's on-board time by the dictionary; NaN: it has none, or the packet is not known. */
function onboardTimes(dictionary: Dictionary): (packet: Buffer) => number {
  const decoder = new Decoder(dictionary);
  let time = NaN;
  const nothing = (): void => undefined;
  const sink = {
    packet: (_layout: unknown, _count: number, onboardTime: number) => void (time = onboardTime),
    ...{ unknownApid: nothing, idle: nothing, error: nothing },
  };
  return (packet) => {
    time = NaN;
    decoder.decode(packet, sink);
    return time;
  };
}

/** Packets by on-board time; one without stays behind the one before it. */
function inOrder(packets: Iterable<Buffer>, timeOf: (packet: Buffer) => number): TimedPacket[] {
  let last = -Infinity;
  const timed = Array.from(packets, (packet) => {
    const time = timeOf(packet);
    if (!Number.isNaN(time)) last = time;
    return { packet, time: last };
  });
  return timed.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

function* untimed(packets: Iterable<Buffer>): Generator<TimedPacket> {
  for (const packet of packets) yield { packet, time: NaN };
}

function* alone(packets: Iterable<TimedPacket>): Generator<Buffer> {
  for (const { packet } of packets) yield packet;
}
