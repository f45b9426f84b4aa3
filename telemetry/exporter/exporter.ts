/** The complete exporter: UDP receiver, telemetry state, metrics and HTTP server, started and stopped together. */
import type { AddressInfo } from "node:net";
import type { Contacts } from "../contacts";
import type { Dictionary } from "../dictionary";
import { expectedPackets, parseSource, type Source } from "../links";
import type { Log } from "../log";
import { EventLog } from "./eventLog";
import { closeHttp, listenHttp } from "./httpServer";
import { openInputs } from "./inputs";
import { telemetryRegistry } from "./metrics";
import { pageHtml } from "./page";
import { stateDocument } from "./stateDocument";
import { TelemetryState } from "./telemetryState";

export interface ExporterArgs {
  readonly dictionary: Dictionary;
  readonly spacecraft: string;
  /** TCP port; 0: any free port. */
  readonly httpPort: number;
  readonly httpHost: string;
  /** UDP port; 0: any free port; undefined: no UDP, packets are passed to `receive`. */
  readonly udpPort: number | undefined;
  readonly udpHost: string;
  /** Sources in place of the UDP port. */
  readonly sources?: readonly Source[];
  /** Age of a packet, in its own periods, after which its parameters disappear. */
  readonly staleAfterPeriods: number;
  /** Planned contacts; undefined: contacts are not planned. */
  readonly contacts?: Contacts | undefined;
  readonly version: string;
  readonly log: Log;
  /** Receiver of the lines of on-board events; undefined: they are only counted. */
  readonly writeEvent?: (line: string) => void;
}

export interface Exporter {
  readonly httpPort: number;
  readonly udpPort: number | undefined;
  /** Ports that are listened on, by the names of their sources. */
  readonly ports: Readonly<Record<string, number>>;
  readonly state: TelemetryState;
  receive(datagram: Buffer): void;
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
  const { dictionary, spacecraft, version, log } = args;
  const state = new TelemetryState(dictionary, args.staleAfterPeriods, (refusal) =>
    refusal
      ? log.warn("first packet refused of its kind; further ones are only counted", { ...refusal })
      : log.warn("many kinds of refused packets: further kinds are only counted"),
  );
  state.contacts = args.contacts;
  state.events = new EventLog(spacecraft, args.writeEvent ?? (() => undefined));
  const receive = (datagram: Buffer, segments = 1, isStored = false): void =>
    state.receive(datagram, clock(), segments, isStored);
  const onError = (error: unknown): void =>
    log.error("receiving or answering failed", { error: String(error) });
  const expected = expectedPackets(state.layouts);
  const input = await openInputs(sourcesOf(args), { receive, expected, onError });
  let isReady = true;
  const registry = telemetryRegistry({
    state,
    spacecraft,
    version,
    clock,
    ...(input.udp && { udp: input.udp }),
    inputs: input.inputs,
  });
  const http = await listenHttp(args.httpPort, args.httpHost, {
    metrics: (format) => registry.text(format),
    page: pageHtml(),
    stateDocument: () => stateDocument(state, spacecraft, version, clock()),
    isReady: () => isReady,
    onError,
  }).catch(async (error: unknown) => {
    await input.close();
    throw error;
  });
  const httpPort = (http.address() as AddressInfo).port;
  return {
    httpPort,
    udpPort: input.udpPort,
    ports: Object.fromEntries(
      input.inputs.flatMap(({ link, transport: { port } }) =>
        port === undefined ? [] : [[link.source.name, port]],
      ),
    ),
    state,
    receive,
    withdraw: () => {
      isReady = false;
    },
    stop: async () => {
      isReady = false;
      await input.close();
      await closeHttp(http);
    },
  };
}

/** Sources of the arguments: those that are named, else the UDP port. */
function sourcesOf({ sources, udpPort, udpHost }: ExporterArgs): readonly Source[] {
  if (sources) return sources;
  if (udpPort === undefined) return [];
  const parsed = parseSource(`udp://${udpHost.includes(":") ? `[${udpHost}]` : udpHost}:${udpPort}`);
  if ("problems" in parsed) throw new Error(parsed.problems.join("; "));
  return [parsed];
}
