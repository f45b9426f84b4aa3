/** Place where each packet with values passes at its on-board time, for a history at spacecraft time. */
import { decodeParameters, type PacketLayout } from "../decoder";
import type { Parameter } from "../dictionary";

/**
 * Origin of a packet: the newest of its kind, one that a newer one had overtaken, or one that a recorder played back.
 * Duplicates by the sequence count do not come here; a stored packet may come again.
 */
export type Origin = "live" | "late" | "stored";

export interface History {
  /**
   * Takes a packet, before the next one is decoded.
   * @param onboardTime seconds since 1970; NaN: the packet has no time
   * @param values as `TelemetryState.values`, right for the parameters of this packet and only during the call
   * @param bytes the packet, from the offset `at` on: for texts
   */
  take(
    layout: PacketLayout,
    onboardTime: number,
    values: Float64Array,
    origin: Origin,
    bytes: Buffer,
    at: number,
  ): void;
}

/** Decoder of packets that are not the present: their values, and what is wrong with them, go nowhere else. */
export class OldPackets {
  private readonly values: Float64Array;

  constructor(
    private readonly history: History,
    slots: number,
  ) {
    this.values = new Float64Array(slots);
  }

  take(layout: PacketLayout, onboardTime: number, bytes: Buffer, at: number, origin: Origin): void {
    // What the present says in other packets was not so then: only the packet itself chooses a calibration.
    const own = (parameter: Parameter): boolean => layout.packet.parameters.includes(parameter);
    decodeParameters(layout, bytes, at, this.values, () => undefined, own);
    this.history.take(layout, onboardTime, this.values, origin, bytes, at);
  }
}
