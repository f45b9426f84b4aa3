/** What SLOs count: PromQL of what was bad and of all there was, in the last 5 minutes. */
import { quoted } from "../../telemetry/quoting";
import { livePackets, recorded, seriesOf } from "../../telemetry/rules";
import type { Slo } from "./settings";

export interface Indicator {
  /** Labels beside `slo` that tell its series from each other. */
  readonly by: readonly string[];
  readonly bad: string;
  readonly total: string;
  /** Those that are judged now, where others may have been judged before. */
  readonly only?: string;
  /** The good, for people: what the objective is a percentage of. */
  readonly what: string;
}

export interface IndicatorSettings {
  /** Job of the exporter's metrics. */
  readonly job: string;
  /** Periods of a packet after which it is overdue. */
  readonly staleAfterPeriods: number;
  /** Names of the spacecraft whose signal is expected. */
  readonly fleet: readonly string[];
}

export function indicatorOf(slo: Slo, settings: IndicatorSettings): Indicator {
  switch (slo.kind) {
    case "signal":
      return signal(settings);
    case "packets":
      return packets(settings);
    case "apiServer": {
      const requests = seriesOf("apiserver");
      const of = (...matchers: string[]): string =>
        increase(requests("apiserver_request_total", 'verb!~"WATCH|CONNECT"', ...matchers));
      return {
        by: [],
        bad: orNone(of('code=~"5.."')),
        total: of(),
        what: "requests that the API server answers without an error of its own",
      };
    }
    case "requests": {
      // Both are there: settings are checked.
      const { bad = "", total = "" } = slo;
      return {
        ...{ by: [], bad: orNone(increase(bad)), total: increase(total) },
        what: "requests that are answered well",
      };
    }
  }
}

const increase = (series: string): string => `sum(increase(${series}[5m]))`;

/** A counter of failures has no series before the first. */
const orNone = (expr: string): string => `(${expr} or vector(0))`;

/** Packets that were sent, as far as their sequence counts tell; of a contact plan, in contacts. */
function packets({ job }: IndicatorSettings): Indicator {
  const sum = (expr: string): string => `sum by (spacecraft) (${expr})`;
  return {
    by: ["spacecraft"],
    bad: sum(recorded.packetsLost),
    total: sum(`${recorded.packetsLost} + ${livePackets(job)}`),
    what: "packets that arrive",
  };
}

/**
 * Time in which a signal is expected, by the contact plan where there is one, and in which some packet is not overdue.
 * An exporter that is gone receives nothing. A spacecraft that has left the settings is not waited for.
 */
function signal({ staleAfterPeriods, fleet }: IndicatorSettings): Indicator {
  const overdue = `(min by (spacecraft) (${recorded.packetAwaited}) > bool ${staleAfterPeriods})`;
  const expected = `(${fleet.map((name) => `label_replace(vector(1), "spacecraft", ${quoted(name)}, "", "")`).join(" or ")})`;
  const bad = `((${overdue} or (${expected} unless on (spacecraft) ${recorded.signalAge})) and on (spacecraft) ${expected})`;
  return {
    ...{ by: ["spacecraft"], bad, total: `0 * ${bad} + 1`, only: `on (spacecraft) ${expected}` },
    what: "time with the signal that is expected",
  };
}
