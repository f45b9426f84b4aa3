/** Prometheus metrics of the exporter: parameters, limits in force, packet counts, errors and the process itself. */
import { decodeErrorReasons, isText } from "../decoder";
import {
  exporterMetricNames as names,
  type Limit,
  limitSets,
  limitsInForce,
  type Parameter,
} from "../dictionary";
import { registerContacts } from "./contactMetrics";
import { registerEvents } from "./eventMetrics";
import {
  type ArchiveCounts,
  type CopyCounts,
  type HistoryCounts,
  registerArchives,
  registerCopies,
  registerHistory,
} from "./historyMetrics";
import type { Input } from "./inputs";
import { registerLinks } from "./linkMetrics";
import { registerProcess } from "./processMetrics";
import { mostUnknownApids } from "./refusals";
import { Registry, type Sample, SampledCounter, SampledGauge, SampledInfo } from "./sampledMetric";
import type { PacketState, TelemetryState } from "./telemetryState";
import type { UdpStatistics } from "./udpReceiver";

/** A spacecraft and what is known of it. */
export interface Tracked {
  readonly state: TelemetryState;
  /** Value of the label `spacecraft`. */
  readonly spacecraft: string;
}

export interface MetricsArgs extends Tracked {
  /** Further spacecraft of the exporter, of the same dictionary. */
  readonly others?: readonly Tracked[];
  /** Version of the exporter. */
  readonly version: string;
  /** Current time in seconds since 1970. */
  readonly clock: () => number;
  readonly udp?: () => UdpStatistics;
  /** Links that packets come by. */
  readonly inputs?: readonly Input[];
  readonly history?: HistoryCounts;
  readonly archives?: readonly ArchiveCounts[];
  readonly copies?: CopyCounts;
}

/** Arguments with the time from which the exporter counts. */
export interface Dated extends MetricsArgs {
  readonly created: number;
}

/** Registry of all metrics. Values are read from the state at each scrape, not when packets arrive. */
export function telemetryRegistry(args: MetricsArgs): Registry {
  const dated = { ...args, created: args.clock() };
  const registry = spacecraftRegistry(dated);
  for (const other of args.others ?? []) registry.join(spacecraftRegistry({ ...dated, ...other }));
  registerExporter(registry, dated);
  registerLinks(registry, args.inputs ?? [], dated.created);
  if (args.history) registerHistory(registry, args.history, dated.created);
  if (args.archives) registerArchives(registry, args.archives, dated.created);
  if (args.copies) registerCopies(registry, args.copies, dated.created);
  registerProcess(registry);
  return registry;
}

/** Metrics that have the label `spacecraft`, of one. */
function spacecraftRegistry(args: Dated): Registry {
  const registry = new Registry();
  for (const parameter of args.state.dictionary.parameters) registerParameter(registry, parameter, args);
  registerLimits(registry, args);
  registerPackets(registry, args);
  registerContacts(registry, args);
  registerEvents(registry, args);
  registerErrors(registry, args);
  return registry;
}

function registerParameter(registry: Registry, parameter: Parameter, args: MetricsArgs): void {
  const { state, spacecraft, clock } = args;
  const config = {
    name: parameter.metric,
    help: parameter.description,
    unit: parameter.unit.base.suffix,
    registers: [registry],
  };
  if (parameter.type === "enumeration") {
    // A state set: one series per state, with value 1 for the current state.
    const states = [...parameter.states].map(([raw, name]) => ({ raw, labels: { spacecraft, state: name } }));
    new SampledGauge(config, () => {
      const value = state.value(parameter, clock());
      return value === undefined
        ? []
        : states.map(({ raw, labels }) => ({ labels, value: raw === value ? 1 : 0 }));
    });
    return;
  }
  const sample = sampler(parameter, args);
  if (isText(parameter)) new SampledInfo(config, sample);
  else if (parameter.kind === "counter") new SampledCounter(config, sample);
  else new SampledGauge(config, sample);
}

/** Function that gives the series of a parameter: one, one of each element of an array, or a text as a label of 1. */
function sampler(parameter: Parameter, { state, spacecraft, clock }: MetricsArgs): () => Sample[] {
  const labels = { spacecraft };
  if (parameter.array) {
    const indices = Array.from({ length: parameter.array.most }, (_, i) => ({
      spacecraft,
      index: String(i),
    }));
    return () =>
      Array.from(state.elements(parameter, clock()), (value, i) => ({
        labels: indices[i] ?? labels,
        value,
      })).filter(({ value }) => !Number.isNaN(value));
  }
  if (isText(parameter)) {
    return () => {
      const text = state.value(parameter, clock()) === undefined ? undefined : state.texts.label(parameter);
      return text === undefined ? [] : [{ labels: { spacecraft, value: text }, value: 1 }];
    };
  }
  return () => {
    const value = state.value(parameter, clock());
    return value === undefined ? [] : [{ labels, value }];
  };
}

function registerLimits(registry: Registry, { state, spacecraft, clock }: MetricsArgs): void {
  const limited = state.dictionary.parameters.filter((parameter) => parameter.limits);
  const series = new Map<Limit, Sample>();
  for (const parameter of limited) {
    for (const set of parameter.limits ? limitSets(parameter.limits) : []) {
      for (const limit of set) {
        const { severity, bound, value } = limit;
        series.set(limit, { labels: { spacecraft, parameter: parameter.metric, severity, bound }, value });
      }
    }
  }
  const config = {
    name: names.parameterLimit,
    help: "Limit in force in the spacecraft's present mode and context, in the parameter's unit",
  };
  new SampledGauge({ ...config, registers: [registry] }, () => {
    const now = clock();
    const [mode, valueOf] = [state.mode(now), state.valuesAt(now)];
    return limited.flatMap((parameter) =>
      limitsInForce(parameter, mode, valueOf).flatMap((limit) => series.get(limit) ?? []),
    );
  });
}

function registerPackets(registry: Registry, { state, spacecraft, created }: Dated): void {
  const labelled = state.packets.map((each) => ({
    each,
    labels: { spacecraft, apid: String(each.packet.apid), packet: each.packet.name },
  }));
  const samples =
    (value: (each: PacketState) => number, among = labelled) =>
    (): Sample[] =>
      among.map(({ each, labels }) => ({ labels, value: value(each) }));
  const counter = (name: string, help: string, value: (each: PacketState) => number): unknown =>
    new SampledCounter({ name, help, created, registers: [registry] }, samples(value));
  const gauge = (
    name: string,
    help: string,
    value: (each: PacketState) => number,
    among = labelled,
  ): unknown =>
    new SampledGauge({ name, help, unit: "seconds", registers: [registry] }, samples(value, among));

  counter(names.packetsReceived, "Well-formed packets received", (each) => each.received);
  counter(names.packetGaps, "Packets that the sequence count skipped", (each) => each.missing);
  counter(names.packetDuplicates, "Packets received a second time", (each) => each.duplicates);
  counter(names.packetReordered, "Packets that came after a later one", (each) => each.late);
  counter(
    names.packetsStored,
    "Packets that an on-board recorder played back: no value, gap or limit is theirs",
    (each) => each.stored,
  );
  gauge(
    names.lastPacketTimestamp,
    "When the newest live packet was received, seconds since 1970; 0: none since the start",
    (each) => each.lastReceived,
  );
  gauge(
    names.packetPeriod,
    "Seconds between two packets, as the dictionary says",
    (each) => each.packet.periodSeconds,
    labelled.filter(({ each }) => Number.isFinite(each.packet.periodSeconds)),
  );
}

function registerErrors(registry: Registry, { state, spacecraft, created }: Dated): void {
  const labels = { spacecraft };
  const registers = [registry];
  const { refusals } = state;
  // With the names of all packets from the start: increase() does not see the first error of a new series.
  const errors = decodeErrorReasons.flatMap((reason) =>
    refusals.names(reason).map((packet) => ({
      reason,
      packet,
      labels: { spacecraft, reason, packet },
    })),
  );
  new SampledCounter(
    { name: names.decodeErrors, help: "Packets or values that could not be decoded", created, registers },
    () => errors.map((each) => ({ labels: each.labels, value: refusals.count(each.reason, each.packet) })),
  );
  new SampledCounter(
    {
      name: names.unknownApid,
      help: "Packets of an APID that the dictionary does not have",
      created,
      registers,
    },
    () => [{ labels, value: state.unknownApids }],
  );
  registerUnknownApids(registry, { state, spacecraft, created });
  new SampledCounter({ name: names.idlePackets, help: "Idle packets", created, registers }, () => [
    { labels, value: state.idlePackets },
  ]);
  const offset = {
    name: names.onboardTimeOffset,
    help: "On-board clock minus the ground's at the newest packet",
    unit: "seconds",
    registers,
  };
  new SampledGauge(offset, () =>
    Number.isNaN(state.onboardTimeOffset) ? [] : [{ labels, value: state.onboardTimeOffset }],
  );
}

/** The unknown APIDs by number: only the first ones, because a label must not grow by what arrives. */
function registerUnknownApids(
  registry: Registry,
  { state, spacecraft, created }: Pick<Dated, "state" | "spacecraft" | "created">,
): void {
  const { refusals } = state;
  const labelsOf = new Map<number, Sample["labels"]>();
  const known = (apid: number): Sample["labels"] => {
    const labels = labelsOf.get(apid) ?? { spacecraft, apid: String(apid) };
    labelsOf.set(apid, labels);
    return labels;
  };
  const other = { spacecraft, apid: "other" };
  const config = {
    name: names.unknownApidPackets,
    help: `The same by APID: the first ${mostUnknownApids} that came, and all others as other`,
  };
  new SampledCounter({ ...config, created, registers: [registry] }, () => [
    ...[...refusals.unknownApids].map(([apid, value]) => ({ labels: known(apid), value })),
    { labels: other, value: refusals.otherUnknownApids },
  ]);
}

function registerExporter(registry: Registry, { state, others, version, udp, created }: Dated): void {
  const registers = [registry];
  const states = [state, ...(others ?? []).map((other) => other.state)];
  const { name, version: dictionaryVersion } = state.dictionary;
  const none = {};
  const info = { version, dictionary: `${name} ${dictionaryVersion}` };
  const running = [{ labels: info, value: 1 }];
  new SampledInfo({ name: names.buildInfo, help: "1; what is running", registers }, () => running);
  new SampledCounter(
    { name: "perigee_telemetry_datagrams_total", help: "Datagrams received", created, registers },
    () => [{ labels: none, value: total(states, (each) => each.datagrams) }],
  );
  new SampledCounter(
    {
      name: "perigee_telemetry_received_bytes_total",
      help: "Bytes received in datagrams",
      unit: "bytes",
      created,
      registers,
    },
    () => [{ labels: none, value: total(states, (each) => each.receivedBytes) }],
  );
  if (!udp) return;
  const dropped = {
    name: "perigee_telemetry_dropped_datagrams_total",
    help: "Datagrams that the kernel dropped because they came faster than they were read (Linux)",
  };
  new SampledCounter({ ...dropped, created, registers }, () => [{ labels: none, value: udp().dropped }]);
  new SampledGauge(
    {
      name: "perigee_telemetry_receive_buffer_bytes",
      help: "Size of the kernel's receive buffer",
      unit: "bytes",
      registers,
    },
    () => [{ labels: none, value: udp().bufferBytes }],
  );
}

const total = (states: readonly TelemetryState[], value: (state: TelemetryState) => number): number =>
  states.reduce((sum, state) => sum + value(state), 0);
