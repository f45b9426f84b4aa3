/** Panels of the history, by on-board time, and of what the exporter keeps: history and archive. */
import type { Dictionary, Packet, Parameter } from "../telemetry/dictionary";
// Not by the folder's entry: that loads what writes the history.
import { historyMetric } from "../telemetry/history/series";
import type { Roles } from "../telemetry/rules";
import type { DashboardSettings } from ".";
import { graph, timeline, valueMap } from "./panels";
import { stateMap } from "./parameterPanels";
import { ofChosen, overTime } from "./queries";
import type { StateTimelineBuilder, TimeseriesBuilder } from "./sdk";
import { colours, meaning, title } from "./style";

/** Panels of one spacecraft by on-board time: where the history has packets, and the mode. None without a history. */
export function historyPanels(
  dictionary: Dictionary,
  { mode }: Roles,
  { hasHistory = false }: DashboardSettings,
): StateTimelineBuilder[] {
  if (!hasHistory) return [];
  return [...coverage(dictionary), ...(mode ? [onboardMode(mode)] : [])];
}

/** Rows of the kinds of packets: where samples are, live and played back. What is missing is a gap. */
function coverage({ packets }: Dictionary): StateTimelineBuilder[] {
  const shown = packets.flatMap((packet) => {
    const [first] = packet.parameters.filter(isSampled);
    return first && !packet.isAbstract ? [{ packet, first }] : [];
  });
  if (shown.length === 0) return [];
  return [
    timeline({
      key: "onboard-packets",
      title: "Packets by on-board time",
      description:
        "Where the history has samples of each kind of packet, live ones and those that a recorder played back. A gap that a dump fills closes here, not in the live values.",
      unit: "none",
      height: 3 + shown.length,
      queries: shown.map(({ packet, first }) => {
        const samples = `count_over_time(${ofChosen(historyMetric(first))}[${windowOf(packet)}])`;
        return overTime(`clamp_max(${samples}, 1)`, title(packet.name));
      }),
    }).mappings([valueMap([[1, "there", colours.nominal]])]),
  ];
}

const isSampled = ({ type, array }: Parameter): boolean =>
  type !== "string" && type !== "binary" && array === undefined;

/** Time that holds some packets of a kind. */
const windowOf = ({ periodSeconds }: Packet): string => `${Math.max(30, Math.ceil(3 * periodSeconds))}s`;

function onboardMode(mode: Parameter): StateTimelineBuilder {
  return timeline({
    key: "onboard-mode",
    title: `${title(mode.name)} by on-board time`,
    description: `${meaning(mode)}, at the time that each packet says.`,
    unit: "none",
    queries: [overTime(ofChosen(historyMetric(mode)), title(mode.name))],
  }).mappings([stateMap(mode)]);
}

/** Panels of the exporter's dashboard: what is written and what is lost of history and archive. */
export function keepingPanels(
  of: string,
  step: string,
  { hasHistory = false, hasArchive = false, hasArchiveCopy = false }: DashboardSettings,
): TimeseriesBuilder[] {
  return [
    ...(hasHistory ? historyGraphs(of, step) : []),
    ...(hasArchive ? archiveGraphs(of) : []),
    ...(hasArchiveCopy ? [copyGraph(of)] : []),
  ];
}

const lostOf = (metric: string, of: string): string => `sum by (reason) (increase(${metric}${of}[5m])) > 0`;

function historyGraphs(of: string, step: string): TimeseriesBuilder[] {
  const name = "perigee_telemetry_history";
  return [
    graph({
      key: "history",
      title: "History",
      description: "Samples written per second at their on-board time.",
      unit: "none",
      queries: [
        overTime(`rate(${name}_samples_total${of}[$__rate_interval])`, "{{instance}}").interval(step),
      ],
    }),
    graph({
      key: "history-queue",
      title: "History: waiting",
      description: "Samples that wait to be written, and how many may.",
      unit: "short",
      queries: [
        overTime(`${name}_queued_samples${of}`, "{{instance}}"),
        overTime(`max(${name}_queue_limit_samples${of})`, "limit"),
      ],
    }),
    graph({
      key: "history-lost",
      title: "History: left out (per 5 minutes)",
      description: "Samples that are not in the history, by reason.",
      unit: "none",
      queries: [overTime(lostOf(`${name}_dropped_samples_total`, of), "{{reason}}")],
    }),
  ];
}

function archiveGraphs(of: string): TimeseriesBuilder[] {
  const name = "perigee_telemetry_archive";
  return [
    graph({
      key: "archive",
      title: "Packet archive",
      description: "Size of the archive's files.",
      unit: "bytes",
      queries: [overTime(`${name}_size_bytes${of}`, "{{instance}}")],
    }),
    graph({
      key: "archive-lost",
      title: "Packet archive: left out (per 5 minutes)",
      description: "Packets that are not in the archive, by reason.",
      unit: "none",
      queries: [overTime(lostOf(`${name}_dropped_packets_total`, of), "{{reason}}")],
    }),
  ];
}

function copyGraph(of: string): TimeseriesBuilder {
  return graph({
    key: "archive-copy",
    title: "Packet archive: waits to be copied",
    description: "Size of the files that the object store has not taken yet, though they are due.",
    unit: "bytes",
    queries: [overTime(`perigee_telemetry_archive_copy_waiting_bytes${of}`, "{{instance}}")],
  });
}
