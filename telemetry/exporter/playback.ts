/** Judge of stored packets: those that an on-board recorder played back, by their kind, a field of theirs or their age. */
import { type PacketLayout, primaryHeaderBytes, readDataBytes } from "../decoder";
import { OnboardClock } from "./onboardClock";

export class Playback {
  readonly clock = new OnboardClock();

  /**
   * @param at offset of the packet in `bytes`
   * @param onboardTime seconds since 1970; NaN: the packet has none, and only its kind or a field can tell
   * @param now ground time, seconds since 1970
   */
  isStored(layout: PacketLayout, onboardTime: number, bytes: Buffer, at: number, now: number): boolean {
    const { isMarkedStored, packet } = layout;
    if (isMarkedStored) return isMarkedStored(bytes, at, primaryHeaderBytes + readDataBytes(bytes, at));
    if (packet.stored.by !== "age" || Number.isNaN(onboardTime)) return false;
    return !this.clock.isLive(layout.index, onboardTime, now, packet.stored.olderThan);
  }
}
