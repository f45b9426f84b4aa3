/** A small mission whose packets and history are known: a dictionary, packets of any time, and the samples of them. */
import { encodePacket, packetLayouts } from "../../../telemetry/decoder";
import { type Dictionary, parseDictionary } from "../../../telemetry/dictionary";

export const historyDictionaryText = `
name: history
version: "1"
time: { code: CUC, epoch: "2000-01-01T00:00:00Z", coarseBytes: 4, fineBytes: 2 }
mode: attitude.mode
packets:
  - apid: 10
    name: housekeeping
    subsystem: power
    period: 1
    description: d
    parameters:
      - { name: voltage, description: v, type: unsigned, bits: 16, unit: mV }
      - { name: boots, description: b, type: unsigned, bits: 16, unit: count, kind: counter }
      - { name: cells, description: c, type: unsigned, bits: 8, unit: count, count: 3 }
      - { name: current, description: i, type: float, bits: 32, unit: A }
  - apid: 11
    name: attitude
    subsystem: attitude
    period: 1
    description: d
    parameters:
      - { name: mode, description: m, type: enumeration, bits: 8, states: { 0: SAFE, 3: NOMINAL } }
`;

/** What a packet is made of. Times have a fraction that CUC has exactly, and so Prometheus to the millisecond. */
export interface Flown {
  readonly apid: 10 | 11;
  /** On-board time, seconds since 1970. */
  readonly time: number;
  /** Number from which the values follow. */
  readonly n: number;
}

/** Series of the history by name and labels: milliseconds -> value. */
export type Samples = Map<string, Map<number, number>>;

export class HistoryModel {
  readonly dictionary: Dictionary = parseDictionary(historyDictionaryText);
  readonly samples: Samples = new Map();
  private count = 0;

  /** The packet, whose samples the history must have from now on. */
  fly(flown: Flown): Buffer {
    for (const [series, value] of samplesOf(flown)) {
      const known = this.samples.get(series) ?? new Map<number, number>();
      this.samples.set(series, known);
      const time = Math.round(flown.time * 1000);
      if (!known.has(time)) known.set(time, value);
    }
    return this.packet(flown);
  }

  /** A packet that the model does not expect in the history. */
  packet({ apid, time, n }: Flown): Buffer {
    const layout = packetLayouts(this.dictionary).find(({ packet }) => packet.apid === apid);
    if (!layout) throw new Error(`no packet ${apid}`);
    const values = new Float64Array(this.dictionary.slots);
    for (const { index, name, array } of layout.packet.parameters) {
      if (array) {
        values[index] = array.most;
        for (let i = 0; i < array.most; i++) values[array.slot + i] = (n + i) % 200;
      } else values[index] = valueOf(name, n);
    }
    return encodePacket(layout, this.count++ % 16_384, time, values);
  }
}

function valueOf(name: string, n: number): number {
  if (name === "voltage") return (12_000 + (n % 4_000)) / 1000;
  if (name === "boots") return 7;
  if (name === "current") return n / 4;
  return n % 2 === 0 ? 0 : 3;
}

function samplesOf({ apid, n }: Flown): [string, number][] {
  if (apid === 11) return [["onboard_bus_attitude_mode", valueOf("mode", n)]];
  return [
    ["onboard_bus_power_voltage_volts", valueOf("voltage", n)],
    ["onboard_bus_power_boots_total", valueOf("boots", n)],
    ["onboard_bus_power_current_amperes", valueOf("current", n)],
    ...[0, 1, 2].map((i): [string, number] => [`onboard_bus_power_cells index=${i}`, (n + i) % 200]),
  ];
}
