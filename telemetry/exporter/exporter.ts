/** The complete exporter: UDP receiver, telemetry state, metrics and HTTP server, started and stopped together. */
import type { AddressInfo } from "node:net";
import type { Dictionary } from "../dictionary";
import type { Log } from "../log";
import { closeHttp, listenHttp } from "./httpServer";
import { telemetryRegistry } from "./metrics";
import { pageHtml } from "./page";
import { stateDocument } from "./stateDocument";
import { TelemetryState } from "./telemetryState";
import { UdpReceiver } from "./udpReceiver";

export interface ExporterArgs {
  readonly dictionary: Dictionary;
  readonly spacecraft: string;
  /** TCP port; 0: any free port. */
  readonly httpPort: number;
  readonly httpHost: string;
  /** UDP port; 0: any free port; undefined: no UDP, packets are passed to `receive`. */
  readonly udpPort: number | undefined;
  readonly udpHost: string;
  /** Age of a packet, in its own periods, after which its parameters disappear. */
  readonly staleAfterPeriods: number;
  readonly version: string;
  readonly log: Log;
}

export interface Exporter {
  readonly httpPort: number;
  readonly udpPort: number | undefined;
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
  const receive = (datagram: Buffer): void => state.receive(datagram, clock());
  const onError = (error: unknown): void =>
    log.error("receiving or answering failed", { error: String(error) });
  const udp =
    args.udpPort === undefined
      ? undefined
      : await UdpReceiver.listen(args.udpPort, args.udpHost, receive, onError);
  let isReady = true;
  const registry = telemetryRegistry({
    state,
    spacecraft,
    version,
    clock,
    ...(udp && { udp: () => udp.statistics() }),
  });
  const http = await listenHttp(args.httpPort, args.httpHost, {
    metrics: (format) => registry.text(format),
    page: pageHtml(),
    stateDocument: () => stateDocument(state, spacecraft, version, clock()),
    isReady: () => isReady,
    onError,
  }).catch(async (error: unknown) => {
    await udp?.close();
    throw error;
  });
  const httpPort = (http.address() as AddressInfo).port;
  return {
    httpPort,
    udpPort: udp?.port,
    state,
    receive,
    withdraw: () => {
      isReady = false;
    },
    stop: async () => {
      isReady = false;
      await udp?.close();
      await closeHttp(http);
    },
  };
}
