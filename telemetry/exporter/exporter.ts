/** The complete exporter: UDP receiver, telemetry state, metrics and HTTP server, started and stopped together. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ArchiveCopies, PacketArchive } from "../archive";
import type { Contacts } from "../contacts";
import type { Dictionary } from "../dictionary";
import type { HistoryWriter } from "../history";
import { expectedPackets, parseSource, type Source, spacecraftOf } from "../links";
import type { Log } from "../log";
import { EventLog } from "./eventLog";
import type { ExpositionFormat } from "./exposition";
import { closeHttp, type Documents, listenHttp } from "./httpServer";
import { openInputs } from "./inputs";
import { telemetryRegistry, type Tracked } from "./metrics";
import { pageHtml } from "./page";
import { RecentPast } from "./recentPast";
import { stateDocument } from "./stateDocument";
import { TelemetryState } from "./telemetryState";

export interface ExporterArgs {
  readonly dictionary: Dictionary;
  /** Spacecraft of the sources that name none. */
  readonly spacecraft: string;
  /** TCP port; 0: any free port. */
  readonly httpPort: number;
  readonly httpHost: string;
  /** TCP port of the page without /metrics; undefined: it is with them only. */
  readonly pagePort?: number | undefined;
  /** UDP port; 0: any free port; undefined: no UDP, packets are passed to `receive`. */
  readonly udpPort: number | undefined;
  readonly udpHost: string;
  /** Sources in place of the UDP port. */
  readonly sources?: readonly Source[];
  /** Age of a packet, in its own periods, after which its parameters disappear. */
  readonly staleAfterPeriods: number;
  /** Planned contacts by spacecraft; undefined: contacts are not planned. */
  readonly contacts?: ReadonlyMap<string, Contacts> | undefined;
  /** History of all at on-board time; undefined: not kept. Who opened it closes it. */
  readonly history?: HistoryWriter | undefined;
  /** Archives of raw packets by spacecraft; undefined: not kept. Who opened them closes them. */
  readonly archives?: ReadonlyMap<string, PacketArchive> | undefined;
  /** Copies of the archives' files; undefined: none. Who opened them closes them. */
  readonly copies?: ArchiveCopies | undefined;
  readonly version: string;
  readonly log: Log;
  /** Receiver of the lines of on-board events; undefined: they are only counted. */
  readonly writeEvent?: (line: string) => void;
}

export interface Exporter {
  readonly httpPort: number;
  readonly pagePort: number | undefined;
  readonly udpPort: number | undefined;
  /** Ports that are listened on, by the names of their sources. */
  readonly ports: Readonly<Record<string, number>>;
  /** State of the first spacecraft. */
  readonly state: TelemetryState;
  /** States by spacecraft. */
  readonly states: ReadonlyMap<string, TelemetryState>;
  /** Receives a datagram of the first spacecraft. */
  receive(datagram: Buffer): void;
  /** Looks at the values of a time for the page's plots, as a timer does it every second. */
  look(now: number): void;
  /** Sets /readyz to not ready; packets are received and metrics served as before. */
  withdraw(): void;
  stop(): Promise<void>;
}

/** Current time in seconds since 1970. */
const clock = (): number => Date.now() / 1000;

/**
 * Exporter that receives packets and serves metrics.
 * @throws the system's error when a port is not available; nothing stays open then
 */
export async function startExporter(args: ExporterArgs): Promise<Exporter> {
  const { version, log, history, archives, copies } = args;
  const sources = sourcesOf(args);
  const [name, ...otherNames] = spacecraftOf(sources, args.spacecraft);
  const first = tracked(name, args);
  const others = otherNames.map((other) => tracked(other, args));
  const fleet = [first, ...others];
  const byName = new Map(fleet.map((each) => [each.spacecraft, each]));
  const receive = (datagram: Buffer, segments = 1, isStored = false, from = name): void => {
    const now = clock();
    archives?.get(from)?.take(datagram, now);
    byName.get(from)?.state.receive(datagram, now, segments, isStored);
  };
  const onError = (error: unknown): void =>
    log.error("receiving or answering failed", { error: String(error) });
  const expected = expectedPackets(first.state.layouts);
  const input = await openInputs(sources, { receive, expected, onError });
  let isReady = true;
  const registry = telemetryRegistry({
    ...first,
    others,
    version,
    clock,
    ...(input.udp && { udp: input.udp }),
    ...(history && { history }),
    ...(archives && { archives: [...archives.values()] }),
    ...(copies && { copies }),
    inputs: input.inputs,
  });
  const names = [...byName.keys()];
  const documents = fleet.map(({ spacecraft, state, recent }): [string, Documents] => [
    spacecraft,
    {
      state: () => stateDocument(state, spacecraft, version, clock(), names),
      recent: () => recent.document(),
    },
  ]);
  const forPeople = {
    page: pageHtml(),
    documents: new Map(documents),
    isReady: () => isReady,
    onError,
  };
  const forAll = { ...forPeople, metrics: (format: ExpositionFormat) => registry.text(format) };
  const servers: Server[] = [];
  const close = async (): Promise<void> => {
    await input.close();
    await Promise.all(servers.map(closeHttp));
  };
  try {
    servers.push(await listenHttp(args.httpPort, args.httpHost, forAll));
    if (args.pagePort !== undefined) servers.push(await listenHttp(args.pagePort, args.httpHost, forPeople));
  } catch (error) {
    await close();
    throw error;
  }
  const look = (now: number): void => fleet.forEach(({ recent }) => recent.take(now));
  const looking = setInterval(() => look(clock()), 1000).unref();
  const [httpPort = 0, pagePort] = servers.map((server) => (server.address() as AddressInfo).port);
  return {
    ...{ httpPort, pagePort },
    udpPort: input.udpPort,
    ports: Object.fromEntries(
      input.inputs.flatMap(({ link, transport: { port } }) =>
        port === undefined ? [] : [[link.source.name, port]],
      ),
    ),
    state: first.state,
    states: new Map(fleet.map(({ spacecraft, state }) => [spacecraft, state])),
    receive,
    look,
    withdraw: () => {
      isReady = false;
    },
    stop: async () => {
      isReady = false;
      clearInterval(looking);
      await close();
    },
  };
}

interface Recorded extends Tracked {
  readonly recent: RecentPast;
}

function tracked(
  spacecraft: string,
  { dictionary, staleAfterPeriods, contacts, history, log, writeEvent }: ExporterArgs,
): Recorded {
  const state = new TelemetryState(dictionary, staleAfterPeriods, (refusal) =>
    refusal
      ? log.warn("first packet refused of its kind; further ones are only counted", {
          spacecraft,
          ...refusal,
        })
      : log.warn("many kinds of refused packets: further kinds are only counted", { spacecraft }),
  );
  state.contacts = contacts?.get(spacecraft);
  state.events = new EventLog(spacecraft, writeEvent ?? (() => undefined));
  if (history) state.keepHistory(history.of(spacecraft));
  return { spacecraft, state, recent: new RecentPast(state) };
}

/** Sources of the arguments: those that are named, else the UDP port. */
function sourcesOf({ sources, udpPort, udpHost }: ExporterArgs): readonly Source[] {
  if (sources) return sources;
  if (udpPort === undefined) return [];
  const parsed = parseSource(`udp://${udpHost.includes(":") ? `[${udpHost}]` : udpHost}:${udpPort}`);
  if ("problems" in parsed) throw new Error(parsed.problems.join("; "));
  return [parsed];
}
