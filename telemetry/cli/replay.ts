/** The command `replay`: sends the recorded packets of a file over UDP, at a chosen rate. */
import * as z from "zod";
import { command } from "./command";
import { readPackets, reason, skipBytesSetting } from "./dictionarySetting";
import { atRate, packetsOf } from "./packetFile";
import { text, UsageError } from "./settings";
import { parseTarget, udpSender } from "./udpSender";

export const replay = command(
  {
    name: "replay",
    summary: "Sends the packets of a file, one datagram each.",
    argument: "FILE",
    argumentMeaning: "file of packets; - for standard input",
    settings: {
      target: text.default("127.0.0.1:10015").describe("HOST:PORT to send to"),
      rate: z.coerce.number().min(0).default(10).describe("packets a second; 0: as fast as possible"),
      skipBytes: skipBytesSetting,
    },
  },
  async ({ target, rate, skipBytes }, { log, stopped }, file) => {
    const packets = readPackets(file);
    let failed = 0;
    let lastReason = "";
    const sender = udpSender(parseTarget(target), (why) => {
      failed++;
      lastReason = reason(why);
    });
    const sent = await atRate(packetsOf(packets, skipBytes), rate, stopped, (packet) => sender.send(packet));
    sender.close();
    log.info("replayed", { packets: sent, failed });
    if (failed > 0) {
      throw new UsageError(`${failed} of ${sent} packets could not be sent to ${target}: ${lastReason}`);
    }
    return 0;
  },
);
