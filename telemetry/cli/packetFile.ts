/** Files of packets: iteration over the packets, and sending at a rate or in the rhythm of their times. */
import type { TimedPacket } from "../archive";
import { primaryHeaderBytes, readDataBytes } from "../decoder";

/**
 * Packets of a file of consecutive packets, as recorded by ground stations.
 * The last one may be truncated: it is returned unchanged and counted by the decoder.
 * @param skipBytes bytes before each packet that are no part of it
 */
export function* packetsOf(file: Buffer, skipBytes = 0): Generator<Buffer> {
  for (let at = skipBytes; at < file.length; at += skipBytes) {
    const left = file.length - at;
    const total =
      left <= primaryHeaderBytes ? left : Math.min(left, primaryHeaderBytes + readDataBytes(file, at));
    yield file.subarray(at, at + total);
    at += total;
  }
}

/**
 * Number of packets sent by calling `send` for each packet, `rate` times a second.
 * @param rate packets per second; 0: as fast as possible
 * @returns the number of packets sent before the end, or before `stopped`
 */
export function atRate(
  packets: Iterable<Buffer>,
  rate: number,
  stopped: AbortSignal,
  send: (packet: Buffer) => Promise<void> | void,
): Promise<number> {
  const milliseconds = (sent: number): number => (rate > 0 ? (sent * 1000) / rate : 0);
  return paced(packets, (_, sent) => milliseconds(sent), stopped, send);
}

/**
 * The same with the packets' own spacing.
 * @param speed seconds of the packets' time in a second
 */
export function atTheirTimes(
  packets: Iterable<TimedPacket>,
  speed: number,
  stopped: AbortSignal,
  send: (packet: Buffer) => Promise<void> | void,
): Promise<number> {
  let first: number | undefined;
  // A packet before the first one with a time has none itself.
  const since = (time: number): number => (Number.isFinite(time) ? time - (first ??= time) : 0);
  return paced(
    packets,
    ({ time }) => (since(time) * 1000) / speed,
    stopped,
    ({ packet }) => send(packet),
  );
}

/** @param dueAt milliseconds from the start to the sending of a packet */
async function paced<Packet>(
  packets: Iterable<Packet>,
  dueAt: (packet: Packet, sent: number) => number,
  stopped: AbortSignal,
  send: (packet: Packet) => Promise<void> | void,
): Promise<number> {
  const start = performance.now();
  let sent = 0;
  for (const packet of packets) {
    const due = start + dueAt(packet, sent);
    // Wait only until the packet is due: at high rates several packets are due at each wake-up.
    while (performance.now() < due && !stopped.aborted) {
      await new Promise((resolve) =>
        setTimeout(resolve, Math.min(Math.max(due - performance.now(), 0), 100)),
      );
    }
    if (stopped.aborted) break;
    await send(packet);
    sent++;
  }
  return sent;
}
