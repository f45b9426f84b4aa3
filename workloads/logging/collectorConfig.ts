/**
 * Configuration of the log collector, OpenTelemetry's, as YAML: what it reads, what becomes of a line, where it goes.
 *
 * Every record has the fields `source` (pod, node, audit, event), `cluster`, `node`, and those of its source:
 * `namespace`, `pod`, `container`, `stream`; `unit`; `user`, `verb`, `resource`, `name`; `kind`, `name`, `reason`. Of a line of JSON its fields are fields of
 * the record too, and its message is the record's. `level` is one of debug, info, warning, error, critical.
 */
import { stringify } from "yaml";
import { loggingNames } from "./names";
import {
  auditStatements,
  bootStatements,
  eventStatements,
  isEvent,
  journalStatements,
  levelStatements,
  podLabels,
  podStatements,
} from "./records";
import { redactionStatements } from "./redaction";

const { collector } = loggingNames;

/** Where the records go. */
export interface LogDestination {
  /** URL of OTLP over HTTP for logs. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface CollectorPlaces {
  /** Folder of the nodes' logs. */
  readonly logs: string;
  /** Whether the node's `journalctl` is there, and its journal. */
  readonly hasJournal: boolean;
  /** Folder for what is not yet delivered, and for how far each file was read. */
  readonly state: string;
  /** Address and ports that metrics and health are served on. */
  readonly address: string;
  readonly metricsPort: number;
  readonly healthPort: number;
}

export const placesInPod: CollectorPlaces = {
  logs: "/var/log",
  hasJournal: true,
  state: "/var/lib/log-collector",
  address: "0.0.0.0",
  ...{ metricsPort: loggingNames.metricsPort, healthPort: loggingNames.healthPort },
};

export interface CollectorArgs {
  readonly cluster: string;
  /** MiB on each node's disk for records that cannot be delivered. */
  readonly bufferMiB: number;
  readonly destination: LogDestination;
  /** Days that the store keeps; undefined: nobody knows. What is older when it is first read is left out. */
  readonly retentionDays: number | undefined;
  /** Namespace of the collector, whose own lines are left out: each would make another. */
  readonly namespace: string;
}

/** Bytes of a line; a longer one becomes several records. */
const mostLineBytes = 1024 * 1024;

export function collectorConfig(args: CollectorArgs, places: CollectorPlaces = placesInPod): string {
  const { cluster, bufferMiB, destination, retentionDays, namespace } = args;
  const { logs, hasJournal, state, address, metricsPort, healthPort } = places;
  const redacted = redactionStatements("log.body");
  const sources: Source[] = [
    {
      ...{ name: "pods", source: "pod", receiver: podFiles(logs, namespace), labels: podLabels },
      statements: [...redacted, ...podStatements],
    },
    {
      ...{ name: "audit", source: "audit", receiver: auditFiles(logs, isEvent) },
      statements: auditStatements,
    },
    {
      ...{
        name: "events",
        source: "event",
        receiver: auditFiles(logs, `not (${isEvent})`),
      },
      statements: eventStatements,
    },
    {
      ...{ name: "boot", source: "node", receiver: bootFiles(logs) },
      statements: [...redacted, ...bootStatements],
    },
    ...(hasJournal
      ? [
          {
            ...{ name: "journal", source: "node", receiver: journal },
            statements: [...journalStatements, ...redacted],
          },
        ]
      : []),
  ];
  return stringify(
    {
      extensions: {
        file_storage: {
          directory: state,
          create_directory: true,
          // A file that a power cut left unreadable is put aside: what it had is lost, and some lines come twice.
          recreate: true,
          compaction: { on_start: true, on_rebound: true, directory: state, cleanup_on_start: true },
        },
        health_check: { endpoint: `${address}:${healthPort}` },
      },
      receivers: Object.fromEntries(
        sources.map(({ receiver: [kind, body], name }) => [`${kind}/${name}`, body]),
      ),
      processors: {
        memory_limiter: { check_interval: "1s", limit_percentage: 75, spike_limit_percentage: 20 },
        ...(retentionDays !== undefined && {
          "filter/old": {
            error_mode: "silent",
            logs: { log_record: [`log.time < Now() - Duration("${24 * retentionDays - 1}h")`] },
          },
        }),
        ...Object.fromEntries(
          sources.map(({ name, source, labels = [], statements }) => [
            `transform/${name}`,
            {
              // A statement that does not fit a line leaves the line as it is.
              error_mode: "silent",
              log_statements: [
                { statements: [...labels, ...commonLabels({ source, cluster })] },
                { statements: [...statements, ...levelStatements] },
              ],
            },
          ]),
        ),
      },
      exporters: { otlp_http: exporter(destination, bufferMiB) },
      service: {
        extensions: ["file_storage", "health_check"],
        pipelines: Object.fromEntries(
          sources.map(({ name, receiver: [kind] }) => [
            `logs/${name}`,
            {
              receivers: [`${kind}/${name}`],
              processors: [
                ...["memory_limiter", `transform/${name}`],
                ...(retentionDays === undefined ? [] : ["filter/old"]),
              ],
              exporters: ["otlp_http"],
            },
          ]),
        ),
        telemetry: {
          logs: { level: "warn", encoding: "json" },
          metrics: {
            readers: [{ pull: { exporter: { prometheus: { host: address, port: metricsPort } } } }],
          },
        },
      },
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

interface Source {
  readonly name: string;
  /** Value of the field `source`. */
  readonly source: string;
  readonly receiver: Receiver;
  /** Statements about what all lines of a file share. */
  readonly labels?: readonly string[];
  /** Statements about one line. */
  readonly statements: readonly string[];
}

/** Labels of every record of a source. */
function commonLabels(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries({ ...labels, node: "${env:NODE_NAME}" }).map(
    ([name, value]) => `set(resource.attributes["${name}"], ${JSON.stringify(value)})`,
  );
}

type Receiver = readonly [kind: string, body: Readonly<Record<string, unknown>>];

/** What readers of files and of the journal have in common: nothing is given up, and each goes on where it stopped. */
const tireless = {
  start_at: "beginning",
  storage: "file_storage",
  retry_on_failure: { enabled: true, max_elapsed_time: "0s" },
};

/**
 * Lines of a trace, of a dump or of a key belong to the line before them: they begin with a space, or they are what
 * Java, Python and PEM write without one.
 */
const continues = String.raw`^(\s|Caused by:|\.\.\. \d+ more|[A-Za-z0-9+/]{40,}={0,2}$|[A-Za-z0-9+/]{4,}={1,2}$|-----END )`;

/** Operator that joins them. @param text expression of the text @param from field whose lines follow each other */
const joined = (text: string, from: string): object => ({
  type: "recombine",
  combine_field: text,
  is_first_entry: `not (${text} matches ${JSON.stringify(continues)})`,
  source_identifier: from,
  max_log_size: mostLineBytes,
  force_flush_period: "1s",
});

function podFiles(logs: string, namespace: string): Receiver {
  return [
    "file_log",
    {
      ...tireless,
      // What the kubelet has turned over is read to its end. It packs the former one when it turns the next one over, some
      // 20 MiB later: whoever is further behind has lost it.
      include: [`${logs}/pods/*/*/*.log`, `${logs}/pods/*/*/*.log.*`],
      exclude: [
        `${logs}/pods/*/*/*.gz`,
        `${logs}/pods/*/*/*.tmp`,
        `${logs}/pods/${namespace}_${collector}-*/*/*`,
      ],
      include_file_path: true,
      include_file_name: false,
      // The runtime cuts a long line anywhere, at a space too.
      preserve_leading_whitespaces: true,
      preserve_trailing_whitespaces: true,
      operators: [
        { type: "container", max_log_size: mostLineBytes },
        // stdout and stderr are in one file, and neither continues the other.
        {
          type: "add",
          field: "attributes.file",
          value: `EXPR(attributes["log.file.path"] + " " + attributes["log.iostream"])`,
        },
        joined("body", "attributes.file"),
      ],
    },
  ];
}

/** @param leftOut condition on a line */
function auditFiles(logs: string, leftOut: string): Receiver {
  return [
    "file_log",
    {
      ...tireless,
      include: [`${logs}/kubernetes/audit*.log`],
      include_file_name: false,
      max_log_size: mostLineBytes,
      operators: [{ type: "filter", expr: leftOut }],
    },
  ];
}

/** Logs of a machine's first minutes, at the time when they are read. */
function bootFiles(logs: string): Receiver {
  return [
    "file_log",
    {
      ...tireless,
      include: [`${logs}/cloud-init-output.log`, `${logs}/perigee-kubeadm.log`],
      include_file_name: true,
      include_file_path: true,
      preserve_leading_whitespaces: true,
      operators: [
        joined("body", `attributes["log.file.path"]`),
        { type: "move", from: `attributes["log.file.name"]`, to: "resource.unit" },
      ],
    },
  ];
}

/**
 * Journal of the node, read by the node's own journalctl: the format of the files is that of its version. All boots
 * (merge), so that what was written before a crash is there; whole messages (all), which are cut off at 4 KiB else.
 */
const journal: Receiver = [
  "journald",
  {
    ...tireless,
    ...{ merge: true, all: true, convert_message_bytes: true, priority: "info" },
    operators: [joined("body.MESSAGE", "body._PID")],
  },
];

function exporter({ url, headers }: LogDestination, bufferMiB: number): object {
  return {
    logs_endpoint: escaped(url),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, escaped(value)])),
    timeout: "30s",
    retry_on_failure: {
      enabled: true,
      initial_interval: "1s",
      max_interval: "15s",
      max_elapsed_time: "0s",
    },
    sending_queue: {
      enabled: true,
      storage: "file_storage",
      sizer: "bytes",
      queue_size: bufferMiB * 1024 * 1024,
      // A full buffer stops the reading: what is not read stays in its file for as long as that is there.
      block_on_overflow: true,
      batch: { flush_timeout: "1s", min_size: 256 * 1024, max_size: 4 * 1024 * 1024 },
    },
  };
}

/** Text in the configuration, where the collector reads `$$` as `$`. */
const escaped = (text: string): string => text.replaceAll("$", "$$$$");
