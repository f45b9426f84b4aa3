/** Encoder of one telemetry packet, the decoder's counterpart: for the simulator, tests and benches. */
import { uncalibrate } from "./calibrate";
import type { PacketLayout } from "./packetLayout";
import { primaryHeaderBytes, writePrimaryHeader } from "./primaryHeader";
import { writeRaw } from "./rawField";

/**
 * Packet as sent by a spacecraft; `decodeParameters` returns the same values, to the resolution of the fields.
 * @param values base units by `parameter.index`; clamped to the range of each field
 * @param onboardTime seconds since 1970
 */
export function encodePacket(
  layout: PacketLayout,
  sequenceCount: number,
  onboardTime: number,
  values: Float64Array,
): Buffer {
  const packet = Buffer.alloc(layout.totalBytes);
  writePrimaryHeader(packet, 0, {
    apid: layout.packet.apid,
    sequenceCount,
    dataBytes: layout.totalBytes - primaryHeaderBytes,
  });
  layout.time.write(packet, primaryHeaderBytes, onboardTime);
  for (const parameter of layout.packet.parameters) {
    writeRaw(packet, layout.userDataAt, parameter, uncalibrate(values[parameter.index] ?? 0, parameter));
  }
  return packet;
}
