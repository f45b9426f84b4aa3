/**
 * Time of a scrape of /metrics over HTTP while 1,000 packets of 20 parameters arrive each second, at 1,000 and 10,000
 * series: Perigee (also as Prometheus asks it: OpenMetrics, gzip), and the same decoder with prom-client and with
 * OpenTelemetry's Prometheus exporter behind it.
 *   npx tsx bench/telemetry/scrape.ts
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { loadavg } from "node:os";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import * as promClient from "prom-client";
import { decodeParameters, Decoder } from "../../telemetry/decoder";
import type { Dictionary, Parameter } from "../../telemetry/dictionary";
import { telemetryRegistry, TelemetryState } from "../../telemetry/exporter";
import { closeHttp, listenHttp } from "../../telemetry/exporter/httpServer";
import { dictionaryOf, layoutsOf, packetOf, quantile } from "./dictionaries";

const warmUp = 20;
const scrapes = 100;
const packetsPerTick = 10;
const tickMilliseconds = 10;

interface Subject {
  receive(datagram: Buffer): void;
  listen(): Promise<Server>;
  readonly headers?: Readonly<Record<string, string>>;
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

const plain = { "accept-encoding": "identity" };
const asPrometheus = { "accept-encoding": "gzip", accept: "application/openmetrics-text;version=1.0.0" };

function perigee(dictionary: Dictionary, headers: Readonly<Record<string, string>> = plain): Subject {
  const state = new TelemetryState(dictionary, 5);
  const clock = (): number => Date.now() / 1000;
  const registry = telemetryRegistry({ state, spacecraft: "s1", version: "0", clock });
  return {
    receive: (datagram) => state.receive(datagram, clock()),
    headers,
    listen: () =>
      listenHttp(0, "127.0.0.1", {
        metrics: (format) => registry.text(format),
        page: "",
        documents: new Map(),
        isReady: () => true,
        onError: (error) => process.stderr.write(`${String(error)}\n`),
      }),
  };
}

/** The same decoder, with every value set on another library's gauge, as its users do. */
function withGauges(
  dictionary: Dictionary,
  gauge: (parameter: Parameter) => (value: number) => void,
  handle: Handle,
): Subject {
  const gauges = dictionary.parameters.map(gauge);
  const decoder = new Decoder(dictionary);
  const values = new Float64Array(gauges.length);
  const ignore = (): void => undefined;
  return {
    listen: async () => {
      const server = createServer(handle).listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    },
    receive: (datagram) =>
      decoder.decode(datagram, {
        packet: (layout, _count, _time, bytes, at) => {
          decodeParameters(layout, bytes, at, values, ignore);
          for (const { index } of layout.packet.parameters) gauges[index]?.(values[index] ?? 0);
        },
        unknownApid: ignore,
        idle: ignore,
        error: ignore,
      }),
  };
}

function promClientSubject(dictionary: Dictionary): Subject {
  const registry = new promClient.Registry();
  // Perigee's registry has the process's metrics too.
  promClient.collectDefaultMetrics({ register: registry });
  const labels = { spacecraft: "s1" };
  const gauge = ({ metric: name, description: help }: Parameter): ((value: number) => void) => {
    const made = new promClient.Gauge({ name, help, labelNames: ["spacecraft"], registers: [registry] });
    return (value) => made.set(labels, value);
  };
  return withGauges(
    dictionary,
    gauge,
    (_request, response) => void registry.metrics().then((text) => response.end(text)),
  );
}

function openTelemetrySubject(dictionary: Dictionary): Subject {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const meter = new MeterProvider({ readers: [exporter] }).getMeter("bench");
  const attributes = { spacecraft: "s1" };
  const gauge = ({ metric, description }: Parameter): ((value: number) => void) => {
    const made = meter.createGauge(metric, { description });
    return (value) => made.record(value, attributes);
  };
  return withGauges(dictionary, gauge, (request, response) =>
    exporter.getMetricsRequestHandler(request, response),
  );
}

interface Measured {
  readonly name: string;
  readonly times: number[];
  readonly scrape: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Serves a subject over HTTP and sends it packets during each scrape. */
async function start(
  name: string,
  subject: Subject,
  datagrams: readonly Buffer[],
  series: number,
): Promise<Measured> {
  for (const datagram of datagrams) subject.receive(datagram);
  const server = await subject.listen();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  let next = 0;
  const times: number[] = [];
  const scrape = async (): Promise<void> => {
    const feed = setInterval(() => {
      for (let i = 0; i < packetsPerTick; i++) {
        subject.receive(datagrams[next++ % datagrams.length] ?? Buffer.alloc(0));
      }
    }, tickMilliseconds);
    const before = performance.now();
    const text = await (await fetch(url, { headers: subject.headers ?? plain })).text();
    times.push(performance.now() - before);
    clearInterval(feed);
    const found = text.match(/^bus_bench_/gm)?.length ?? 0;
    if (found !== series) throw new Error(`${found} series instead of ${series}`);
  };
  return { name, times, scrape, stop: () => closeHttp(server) };
}

async function main(): Promise<void> {
  for (const series of [1_000, 10_000]) {
    const dictionary = dictionaryOf(series / 20);
    const datagrams = layoutsOf(dictionary).map((layout, i) => packetOf(dictionary, layout, i));
    const subjects = {
      perigee,
      "as Prometheus": (its: Dictionary) => perigee(its, asPrometheus),
      "prom-client": promClientSubject,
      opentelemetry: openTelemetrySubject,
    };
    const measured: Measured[] = [];
    for (const [name, subject] of Object.entries(subjects)) {
      measured.push(await start(name, subject(dictionary), datagrams, series));
    }
    // In turns, so that other load on the machine affects all subjects alike.
    for (let i = 0; i < warmUp + scrapes; i++) for (const each of measured) await each.scrape();
    for (const { name, times, stop } of measured) {
      await stop();
      const sorted = times.slice(warmUp).sort((a, b) => a - b);
      const [p50, p99] = [quantile(sorted, 0.5).toFixed(1), quantile(sorted, 0.99).toFixed(1)];
      process.stdout.write(
        `${String(series).padStart(6)} series  ${name.padEnd(14)} p50 ${p50.padStart(6)} ms  p99 ${p99.padStart(6)} ms\n`,
      );
    }
  }
  process.stdout.write(`load average ${loadavg()[0]?.toFixed(1)}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
