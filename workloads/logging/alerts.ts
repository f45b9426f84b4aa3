/** Alerts about the way of the logs: collectors, store and ruler. */
import {
  alertRule,
  type AlertSpec,
  defaultRuleSettings,
  type RuleFile,
  seriesOf,
} from "../../telemetry/rules";
import { loggingNames } from "./names";

const ofCollector = seriesOf(loggingNames.collector);
const ofStore = seriesOf(loggingNames.store);
const ofRuler = seriesOf(loggingNames.ruler);
const ofNodes = seriesOf("node-exporter");

/** Growth of a counter, of one too that begins with a loss: it has no value before. */
const grown = (counter: string): string =>
  `(increase(${counter}[15m]) > 0 or (${counter} > 0 unless ${counter} offset 15m))`;

const common = { team: "ground-segment", subsystem: "logs", severity: "warning" } as const;

const queued = ofCollector("otelcol_exporter_queue_size");
const bufferShare = 0.8;

const collectorAlerts: readonly AlertSpec[] = [
  {
    ...common,
    ...{ alert: "LogCollectorDown", forSeconds: 600 },
    expr: `count(${ofNodes("up")}) - (sum(${ofCollector("up")}) or vector(0)) > 0`,
    summary: "Logs of a node are not collected",
    description: `Nodes without a working log collector: {{ $value | printf "%.0f" }} (limit 0).`,
  },
  {
    ...common,
    ...{ alert: "LogsDelayed", forSeconds: 600 },
    expr: `${queued} > 0 unless on (instance) rate(${ofCollector("otelcol_exporter_sent_log_records")}[5m]) > 0`,
    summary: "Logs do not arrive at their store",
    description: `The collector {{ $labels.instance }} delivers nothing, and keeps {{ $value | humanize1024 }}B on its node's disk (limit 0).`,
  },
  {
    ...common,
    ...{ alert: "LogBufferNearlyFull", forSeconds: 300 },
    expr: `${queued} / ${ofCollector("otelcol_exporter_queue_capacity")} > ${bufferShare}`,
    summary: "The buffer of a log collector is nearly full",
    description: `The buffer of {{ $labels.instance }} is {{ $value | humanizePercentage }} full (limit ${bufferShare * 100}%): then lines stay in their files, which the kubelet turns over.`,
  },
  {
    ...common,
    ...{ alert: "LogsLost", forSeconds: 0 },
    expr: grown(ofCollector("otelcol_exporter_send_failed_log_records")),
    summary: "Logs were given up",
    description: `The collector {{ $labels.instance }} gave up {{ $value | printf "%.0f" }} records in 15 minutes (limit 0): their store refused them.`,
  },
];

const storeAlerts: readonly AlertSpec[] = [
  {
    ...common,
    ...{ alert: "LogStoreDown", forSeconds: 300 },
    expr: `absent(${ofStore("up")} == 1)`,
    summary: "The store of logs does not answer",
    description: `Stores of logs that do not answer: {{ $value | printf "%.0f" }} (limit 0). Collectors keep what comes.`,
  },
  {
    ...common,
    ...{ alert: "LogStoreFull", forSeconds: 300 },
    expr: `${ofStore("vl_free_disk_space_bytes")} and on (instance) ${ofStore("vl_storage_is_read_only")} == 1`,
    summary: "The store of logs takes no more",
    description: `The disk of {{ $labels.instance }} has {{ $value | humanize1024 }}B left (limit 1GiB): collectors keep what comes.`,
  },
  {
    ...common,
    ...{ alert: "LogsRefused", forSeconds: 0 },
    expr: grown(ofStore("vl_rows_dropped_total")),
    summary: "The store of logs leaves records out",
    description: `{{ $labels.instance }} left out {{ $value | printf "%.0f" }} records in 15 minutes (limit 0), because: {{ $labels.reason }}.`,
  },
  {
    ...common,
    ...{ alert: "LogRulesFailing", forSeconds: 600 },
    expr: `sum(increase(${ofRuler("vmalert_alerting_rules_errors_total")}[10m])) > 0 or absent(${ofRuler("up")} == 1)`,
    summary: "Nobody looks for alerts in the logs",
    description: `Questions to the store of logs have failed, or nobody asks (value {{ $value | printf "%.0f" }}, limit 0).`,
  },
];

export interface LoggingRuleArgs {
  /** Whether the store is in the cluster. */
  readonly hasStore: boolean;
  readonly runbookBaseUrl: string | undefined;
}

export function loggingRules({ hasStore, runbookBaseUrl }: LoggingRuleArgs): RuleFile {
  const settings = { runbookBaseUrl: runbookBaseUrl ?? defaultRuleSettings.runbookBaseUrl };
  const group = (name: string, specs: readonly AlertSpec[]) => ({
    name,
    rules: specs.map((spec) => alertRule(spec, settings)),
  });
  return {
    groups: [group("log-collector", collectorAlerts), ...(hasStore ? [group("log-store", storeAlerts)] : [])],
  };
}
