/** Event packets written by hand, and an exporter's state that tells of them. */
import { join } from "node:path";
import { repositoryRoot } from "../../../../settings/repositoryRoot";
import { encodePacket, packetLayouts, type WrittenEvent } from "../../../../telemetry/decoder";
import { type Dictionary, loadDictionary } from "../../../../telemetry/dictionary";
import { telemetryRegistry, TelemetryState } from "../../../../telemetry/exporter";
import { EventLog } from "../../../../telemetry/exporter/eventLog";

export const example = (name: string): Dictionary =>
  loadDictionary(join(repositoryRoot, "examples/events", `${name}.yaml`));

/** One line of the log. */
export type Line = Readonly<Record<string, unknown>>;

const someEvent: WrittenEvent = { severity: "info", id: 1, source: "CFE_ES", message: "hello" };

/** A spacecraft that sends events, and the exporter that receives them. */
export class EventBench {
  readonly raw: string[] = [];
  readonly state: TelemetryState;
  now = 1_800_000_000;
  private count = 0;

  constructor(
    readonly dictionary: Dictionary,
    private readonly name: string,
  ) {
    this.state = new TelemetryState(dictionary, 5);
    this.state.events = new EventLog("sat", (line) => this.raw.push(line));
  }

  get lines(): Line[] {
    return this.raw.map((line) => JSON.parse(line) as Line);
  }

  /** Event packet made so many seconds ago. */
  packet(event: Partial<WrittenEvent>, age = 0, count = this.count++): Buffer {
    const layout = packetLayouts(this.dictionary).find(({ packet }) => packet.name === this.name);
    if (!layout) throw new Error(`no packet ${this.name}`);
    const values = new Float64Array(this.dictionary.slots);
    return encodePacket(layout, count, this.now - age, values, { ...someEvent, ...event });
  }

  live(event: Partial<WrittenEvent>): Buffer {
    const packet = this.packet(event);
    this.state.receive(packet, this.now);
    return packet;
  }

  /** Values of the event counters above 0, by the labels that are not the spacecraft's. */
  counted(): Record<string, number> {
    const registry = telemetryRegistry({
      state: this.state,
      spacecraft: "sat",
      version: "1",
      clock: () => this.now,
    });
    const rows = registry
      .text("text")
      .split("\n")
      .filter((line) => /^bus_(?:suppressed_)?events_total\{/.test(line))
      .map((line): [string, number] => {
        const [series = "", value] = line.split("} ");
        return [series.replaceAll(/^bus_|_total|spacecraft="sat",|"/g, ""), Number(value)];
      });
    return Object.fromEntries(rows.filter(([, value]) => value > 0));
  }
}
