/** A day of ten passes as a real exporter shows it, in samples for promtool. */
import { type Contact, ContactPlan } from "../../../../telemetry/contacts";
import { encodePacket, type PacketLayout, packetLayouts } from "../../../../telemetry/decoder";
import { type Dictionary, parseDictionary } from "../../../../telemetry/dictionary";
import { telemetryRegistry, TelemetryState } from "../../../../telemetry/exporter";
import { Passes } from "../../../../telemetry/simulator";

/** Times are those of promtool: seconds since 1970, from 0 on. */
const firstAos = 600;
export const orbitSeconds = 8_640;
export const passSeconds = 600;
export const daySeconds = 10 * orbitSeconds;
const scrapeSeconds = 30;
const stepSeconds = 10;

/** AOS of a pass, from 0. */
export const aos = (pass: number): number => firstAos + pass * orbitSeconds;

/** `hourly` is decimated on board: every tenth packet is sent. */
export const dayDictionary: Dictionary = parseDictionary(`
name: day
version: "1"
time: { code: CUC, epoch: "1970-01-01T00:00:00Z" }
mode: bus.mode
packets:
  - apid: 1
    name: bus
    subsystem: bus
    period: 10
    description: d
    parameters:
      - { name: mode, description: Mode, type: enumeration, bits: 8, states: { 0: SAFE, 1: NOMINAL } }
      - name: voltage
        description: Voltage
        type: unsigned
        bits: 16
        unit: mV
        limits: { red: { low: 13000 }, yellow: { low: 13500 }, persistence: 30 }
      - { name: boots, description: Boots, type: unsigned, bits: 8, unit: count, kind: counter }
      - { name: reset_cause, description: Cause, type: enumeration, bits: 8, states: { 0: WATCHDOG, 1: TELECOMMAND } }
      - { name: commands_rejected, description: Rejected, type: unsigned, bits: 8, unit: count, kind: counter }
  - apid: 2
    name: thermal
    subsystem: thermal
    period: 60
    description: d
    parameters: [{ name: heater, description: Heater, type: boolean }]
  - apid: 3
    name: decimated
    subsystem: payload
    period: 20
    sequence: { step: 10 }
    description: d
    parameters: [{ name: heat, description: Heat, type: unsigned, bits: 8, unit: degC }]
`);

/** What happens on board and on the ground, by time. */
export interface Day {
  readonly values: (now: number) => Readonly<Record<string, number>>;
  /** Number of starts of the on-board computer: a new one counts packets from 0. */
  readonly starts: (now: number) => number;
  /** True where the packets of a moment are lost on their way. */
  readonly isLost: (now: number) => boolean;
}

/** Samples of the exporter's series, one each scrape, in promtool's notation. */
export function flownDay(day: Day): Record<string, string> {
  const plan = new ContactPlan(contacts());
  const passes = new Passes({ spanAt: (now) => plan.at(now), dumpPerSecond: 3, secondStation: 12 });
  const state = new TelemetryState(dayDictionary, 5);
  state.contacts = { plan, readAt: 0 };
  const spacecraft = new Craft(day);
  let now = 0;
  const registry = telemetryRegistry({ state, spacecraft: "sat", version: "0", clock: () => now });
  const samples: Map<string, string>[] = [];
  for (; now < daySeconds; now += stepSeconds) {
    for (const packet of passes.carry(now, spacecraft.until(now))) state.receive(packet, now);
    if (now % scrapeSeconds === 0) samples.push(scraped(registry.text()));
    Object.assign(state.contacts, { readAt: now });
  }
  const names = new Set(samples.flatMap((each) => [...each.keys()]));
  return Object.fromEntries(
    [...names].map((name) => [withJob(name), notation(samples.map((each) => each.get(name)))]),
  );
}

function contacts(): Contact[] {
  return Array.from({ length: 14 }, (_, pass) => ({
    start: aos(pass),
    end: aos(pass) + passSeconds,
    station: "svalbard",
  }));
}

/** Packets of the spacecraft, each kind at its period. */
class Craft {
  private readonly layouts = packetLayouts(dayDictionary);
  private readonly counts = new Map<number, number>();
  private starts = 0;

  constructor(private readonly day: Day) {}

  until(now: number): Buffer[] {
    if (this.day.starts(now) !== this.starts) this.counts.clear();
    this.starts = this.day.starts(now);
    return this.layouts.flatMap((layout) => this.send(layout, now));
  }

  private send(layout: PacketLayout, now: number): Buffer[] {
    const { apid, periodSeconds, sequence } = layout.packet;
    if (now % periodSeconds !== 0) return [];
    const count = this.counts.get(apid) ?? 0;
    this.counts.set(apid, count + sequence.step);
    if (this.day.isLost(now)) return [];
    const values = new Float64Array(dayDictionary.slots);
    const given = this.day.values(now);
    for (const { index, name } of dayDictionary.parameters) values[index] = given[name] ?? 1;
    return [encodePacket(layout, count % 16_384, now, values)];
  }
}

/** Values of a scrape by series. */
function scraped(exposition: string): Map<string, string> {
  const lines = exposition.split("\n").filter((line) => line.startsWith("bus_"));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), line.slice(at + 1)] as const;
    }),
  );
}

const withJob = (series: string): string => series.replace("{", '{job="perigee-telemetry",instance="a",');

/** `1x3 2x0 stale _x4`: runs of equal samples; where a series ends, Prometheus writes a stale marker. */
function notation(values: readonly (string | undefined)[]): string {
  const runs: { value: string | undefined; count: number }[] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last && last.value === value) last.count++;
    else runs.push({ value, count: 1 });
  }
  return runs
    .map(({ value, count }, i) => {
      if (value !== undefined) return `${value}x${count - 1}`;
      if (i === 0) return `_x${count}`;
      return count === 1 ? "stale" : `stale _x${count - 1}`;
    })
    .join(" ");
}
