/** Generated dictionaries and packets of any size for the telemetry benches, and quantiles of their measurements. */
import { encodePacket, type PacketLayout, packetLayouts } from "../../telemetry/decoder";
import { type Dictionary, parseDictionary } from "../../telemetry/dictionary";

/** Dictionary with packets of 20 parameters each: 16-bit numbers with a linear calibration, as in most housekeeping. */
export function dictionaryOf(packets: number, parametersEach = 20): Dictionary {
  const source = {
    name: "bench",
    version: "1",
    time: { code: "CUC", epoch: "2000-01-01T00:00:00Z" },
    packets: Array.from({ length: packets }, (_, p) => ({
      apid: p,
      name: `packet_${p}`,
      subsystem: "bench",
      // Never stale while a bench runs.
      period: 60,
      description: "d",
      parameters: Array.from({ length: parametersEach }, (_, i) => ({
        name: `p${p}_${i}`,
        description: "A number",
        type: i % 2 === 0 ? "unsigned" : "signed",
        bits: 16,
        unit: "mV",
      })),
    })),
  };
  return parseDictionary(JSON.stringify(source));
}

export function layoutsOf(dictionary: Dictionary): readonly PacketLayout[] {
  return packetLayouts(dictionary);
}

/** A packet in which every parameter has a different value. */
export function packetOf(dictionary: Dictionary, layout: PacketLayout, count: number): Buffer {
  const values = Float64Array.from(dictionary.parameters, (_, i) => ((i * 37 + count) % 30_000) / 1000);
  return encodePacket(layout, count % 16_384, Date.now() / 1000, values);
}

/** Quantile of sorted numbers: the value below which the given share of them lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
