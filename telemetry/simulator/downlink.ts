/** Simulated downlink: lost, duplicated, reordered and damaged packets by scenario, and sequence counts. */
import { readApid, sequenceModulus } from "../decoder";
import type { Random } from "./random";
import type { Faults } from "./scenario";

/** Link from the spacecraft to the ground, with its disturbances. */
export class Downlink {
  /** Delayed packets by APID; the next packet of the APID overtakes it. */
  private readonly held = new Map<number, Buffer>();

  constructor(private readonly random: Random) {}

  /** @returns the datagrams that arrive for this packet: none, one or several */
  carry(packet: Buffer, faults: Faults): Buffer[] {
    if (faults.lossOfSignal) return [];
    if (faults.corruptPackets && this.random.next() < 0.2) return [this.damage(packet)];
    return faults.sequenceGaps ? this.disturb(packet) : [packet];
  }

  /** Datagrams of a disturbed link: 4 % of packets lost, 3 % duplicated, 3 % swapped with the next of their APID. */
  private disturb(packet: Buffer): Buffer[] {
    const apid = readApid(packet, 0);
    const before = this.held.get(apid);
    this.held.delete(apid);
    const luck = this.random.next();
    if (luck >= 0.97 && !before) {
      this.held.set(apid, packet);
      return [];
    }
    const carried = luck < 0.04 ? [] : luck < 0.07 ? [packet, packet] : [packet];
    return before ? [...carried, before] : carried;
  }

  private damage(packet: Buffer): Buffer {
    const damaged = Buffer.from(packet);
    switch (Math.floor(this.random.next() * 6)) {
      case 0: // cut short
        return damaged.subarray(0, 1 + Math.floor(this.random.next() * (packet.length - 1)));
      case 1: // another version
        damaged[0] = (damaged[0] ?? 0) | 0x20;
        return damaged;
      case 2: // an unknown APID
        damaged.writeUInt16BE((damaged.readUInt16BE(0) & 0xf800) | 0x7f0, 0);
        return damaged;
      case 3: // a fragment
        damaged[2] = (damaged[2] ?? 0) & 0x3f;
        return damaged;
      case 4: // more data than in the dictionary
        damaged.writeUInt16BE(damaged.readUInt16BE(4) + 4, 4);
        return Buffer.concat([damaged, Buffer.alloc(4)]);
      default: // noise
        for (let i = 0; i < damaged.length; i++) damaged[i] = Math.floor(this.random.next() * 256);
        return damaged;
    }
  }
}

/**
 * Sequence counts by APID, or of all packets. They start at the count of a spacecraft that has been sending since 1970, so that a
 * restarted simulator looks like a pause of the link and not like a new spacecraft.
 */
export class SequenceCounts {
  private readonly next = new Map<number | "all", number>();

  take(counter: number | "all", periodSeconds: number, now: number, step: number): number {
    const count = this.next.get(counter) ?? Math.floor((now / periodSeconds) * step) % sequenceModulus;
    this.next.set(counter, (count + step) % sequenceModulus);
    return count;
  }

  restart(apids: readonly number[]): void {
    for (const counter of [...apids, "all"] as const) this.next.set(counter, 0);
  }
}
