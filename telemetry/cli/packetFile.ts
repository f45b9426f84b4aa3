/** Files of packets: iteration over the packets, and sending at a given rate. */
import { primaryHeaderBytes, readDataBytes } from "../decoder";

/**
 * Packets of a file of consecutive packets, as recorded by ground stations.
 * The last one may be truncated: it is returned unchanged and counted by the decoder.
 */
export function* packetsOf(file: Buffer): Generator<Buffer> {
  for (let at = 0; at < file.length;) {
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
export async function atRate(
  packets: Iterable<Buffer>,
  rate: number,
  stopped: AbortSignal,
  send: (packet: Buffer) => Promise<void> | void,
): Promise<number> {
  const start = performance.now();
  let sent = 0;
  for (const packet of packets) {
    const due = rate > 0 ? start + (sent * 1000) / rate : 0;
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
