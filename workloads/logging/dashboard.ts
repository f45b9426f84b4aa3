/** Dashboard of the logs' way: what is read, what waits on the nodes, what the store has, what was lost. */
import { frame } from "../../dashboards/frame";
import { thresholds, zones } from "../../dashboards/limits";
import { graph } from "../../dashboards/panels";
import { overTime } from "../../dashboards/queries";
import type { model } from "../../dashboards/sdk";
import { colours } from "../../dashboards/style";
import type { Dictionary } from "../../telemetry/dictionary";
import { seriesOf } from "../../telemetry/rules";
import { loggingNames } from "./names";

const ofCollector = seriesOf(loggingNames.collector);
const ofStore = seriesOf(loggingNames.store);

/** @param dictionary whose passes and reboots are drawn @param hasStore whether the store is in the cluster */
export function logDashboard(dictionary: Dictionary, hasStore: boolean): model.DashboardBuilder {
  const board = frame(dictionary, {
    uid: "perigee-logs",
    title: "Logs",
    description: "The way of the logs from each node to their store.",
    perSpacecraft: false,
  });
  const panels = [read(), waiting(), lost(hasStore), ...(hasStore ? [size()] : [])];
  for (const panel of panels) board.withPanel(panel);
  return board;
}

const read = () =>
  graph({
    key: "read",
    title: "Records read a second",
    description: "By source: pods, audit log, journal, first boot.",
    unit: "none",
    width: 12,
    queries: [
      overTime(
        `sum by (receiver) (rate(${ofCollector("otelcol_receiver_accepted_log_records")}[5m]))`,
        "{{receiver}}",
      ),
    ],
  });

const waiting = () =>
  graph({
    key: "waiting",
    title: "Waiting on the nodes' disks",
    description: "Records that the store has not taken yet, and the smallest buffer for them.",
    unit: "bytes",
    width: 12,
    queries: [
      overTime(ofCollector("otelcol_exporter_queue_size"), "{{pod}}"),
      overTime(`min(${ofCollector("otelcol_exporter_queue_capacity")})`, "buffer"),
    ],
  });

const lost = (hasStore: boolean) =>
  graph({
    key: "lost",
    title: "Records lost in five minutes",
    description: "Given up by collectors, because the store refused them, and left out by the store.",
    unit: "none",
    width: 12,
    queries: [
      overTime(
        `sum(increase(${ofCollector("otelcol_exporter_send_failed_log_records")}[5m])) or vector(0)`,
        "given up",
      ),
      ...(hasStore
        ? [
            overTime(
              `sum by (reason) (increase(${ofStore("vl_rows_dropped_total")}[5m])) > 0`,
              "left out: {{reason}}",
            ),
          ]
        : []),
    ],
  })
    .thresholds(
      thresholds([
        { value: null, color: "transparent" },
        { value: 1, color: colours.red },
      ]),
    )
    .thresholdsStyle(zones());

const size = () =>
  graph({
    key: "size",
    title: "Size of the store",
    description: "What the records take, the bound of it, and what is free on the disk.",
    unit: "bytes",
    width: 12,
    queries: [
      overTime(`sum(${ofStore("vl_data_size_bytes")})`, "records"),
      overTime(`max(${ofStore("vl_max_disk_space_usage_bytes")})`, "bound"),
      overTime(`min(${ofStore("vl_free_disk_space_bytes")})`, "free"),
    ],
  });
