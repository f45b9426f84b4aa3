/** Files of packets: the packets one by one, and their sending at a given rate. */
import { primaryHeaderBytes, readDataBytes } from "../decoder";

/**
 * The packets of a file in which they stand one behind the other, as ground stations record them.
 * The last one may be cut short: it is given as it is, for the decoder to count.
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
 * Calls `send` for each packet, `rate` times a second.
 * @param rate packets a second; 0: as fast as they can be sent
 * @returns how many were sent before the end, or before `stopped`
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
    // Waits only when there is time to wait: at high rates several packets are due at each wake.
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
