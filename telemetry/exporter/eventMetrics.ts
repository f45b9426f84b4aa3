/** Metrics of on-board events. They exist where the dictionary has events. */
import { eventSeverities, exporterMetricNames as names } from "../dictionary";
import type { Dated } from "./metrics";
import { type Registry, SampledCounter } from "./sampledMetric";

export function registerEvents(registry: Registry, { state, spacecraft, created }: Dated): void {
  const { events } = state;
  const packets = state.dictionary.packets.filter((packet) => packet.events.length > 0);
  if (packets.length === 0 || !events) return;
  // All from the start: increase() does not see the first event of a new series.
  const all = packets.flatMap((packet) =>
    eventSeverities.flatMap((severity) =>
      (["live", "stored"] as const).map((origin) => ({
        labels: { spacecraft, packet: packet.name, severity, origin },
        value: () => events.count(packet, severity, origin),
      })),
    ),
  );
  const config = { created, registers: [registry] };
  new SampledCounter(
    { ...config, name: names.events, help: "On-board events, of the present or played back by a recorder" },
    () => all.map(({ labels, value }) => ({ labels, value: value() })),
  );
  const bySeverity = eventSeverities.map((severity) => ({ severity, labels: { spacecraft, severity } }));
  new SampledCounter(
    {
      ...config,
      name: names.suppressedEvents,
      help: "On-board events that are counted, but have no line in the log: too many at once",
    },
    () => bySeverity.map(({ severity, labels }) => ({ labels, value: events.suppressed(severity) })),
  );
}
