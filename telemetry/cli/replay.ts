/** The command `replay`: sends the recorded packets of a file over UDP or TCP, at a chosen rate. */
import * as z from "zod";
import { command } from "./command";
import { readPackets, reason, skipBytesSetting } from "./dictionarySetting";
import { atRate, packetsOf } from "./packetFile";
import { parseTarget, sender, targetSettings } from "./sender";
import { UsageError } from "./settings";

export const replay = command(
  {
    name: "replay",
    summary: "Sends the packets of a file, one datagram each, or as a TCP stream.",
    argument: "FILE",
    argumentMeaning: "file of packets; - for standard input",
    settings: {
      ...targetSettings,
      rate: z.coerce.number().min(0).default(10).describe("packets a second; 0: as fast as possible"),
      skipBytes: skipBytesSetting,
    },
  },
  async ({ target, rate, skipBytes, ...frames }, { log, stopped }, file) => {
    const packets = readPackets(file);
    let failed = 0;
    let lastReason = "";
    const sending = sender(parseTarget(target), frames, (why) => {
      failed++;
      lastReason = reason(why);
    });
    const sent = await atRate(packetsOf(packets, skipBytes), rate, stopped, (packet) => sending.send(packet));
    sending.close();
    log.info("replayed", { packets: sent, failed });
    if (failed > 0) {
      throw new UsageError(`${failed} of ${sent} packets could not be sent to ${target}: ${lastReason}`);
    }
    return 0;
  },
);
