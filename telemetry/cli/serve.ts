/** The command `serve`: runs the exporter, replays a file of packets into it, and drains it before it stops. */
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import type { Dictionary } from "../dictionary";
import { type Exporter, startExporter } from "../exporter";
import { parseSource, type Source, spacecraftOf } from "../links";
import { reasonOf } from "../reasonOf";
import { perigeeVersion } from "../version";
import { command, type Surroundings } from "./command";
import { contactsMeaning, openPlan } from "./contactPlan";
import { dictionarySetting, readDictionary, readPackets } from "./dictionarySetting";
import { foreignKind } from "./foreignFile";
import { FoundPackets } from "./foundPackets";
import { closeKeeping, keepingSettings, openKeeping } from "./keeping";
import { atRate } from "./packetFile";
import { port, positive, text, UsageError } from "./settings";

export const serve = command(
  {
    name: "serve",
    summary: "Receives space packets over UDP and serves them as Prometheus metrics and as a page.",
    settings: {
      httpPort: port
        .default(9464)
        .describe("TCP port of /metrics, /healthz, /readyz and the page; 0 for any free one"),
      httpHost: text.default("0.0.0.0").describe("address for HTTP"),
      pagePort: port
        .optional()
        .describe(
          "TCP port of the page without /metrics, for people: so that nobody else need reach --http-port",
        ),
      udpPort: port.default(10015).describe("UDP port of the space packets; 0 for any free one"),
      udpHost: text.default("0.0.0.0").describe("address for UDP"),
      source: text
        .optional()
        .describe(
          "sources of packets in place of the UDP port, separated by spaces: udp://, tcp-server://, tcp:// HOST:PORT or mqtt://HOST:PORT/TOPIC, with ?framing=packets|tm|aos and more, see docs/telemetry.md",
        ),
      dictionary: dictionarySetting,
      spacecraft: text
        .max(64)
        .default("perigee-1")
        .describe("value of the label spacecraft, of the sources that name none"),
      staleAfter: positive
        .default(5)
        .describe("a parameter disappears when its packet is older than this many periods"),
      contacts: text.optional().describe(contactsMeaning),
      drain: z.coerce
        .number()
        .min(0)
        .default(0)
        .describe(
          "seconds to go on after SIGTERM, so that a replacement takes over without a loss: ready for a third, then not; for twice as long after the start, and while it drains, the exporter counts no gaps",
        ),
      ...keepingSettings,
      file: text.optional().describe("takes packets from this file too, one behind the other"),
      rate: z.coerce
        .number()
        .min(0)
        .default(10)
        .describe("packets a second from the file; 0: as fast as possible"),
    },
  },
  async (settings, surroundings) => {
    const { log, stopped } = surroundings;
    const dictionary = readDictionary(settings.dictionary);
    const recording = settings.file === undefined ? undefined : readRecording(settings.file, dictionary);
    const sources = settings.source === undefined ? undefined : readSources(settings.source);
    const fleet = spacecraftOf(sources ?? [], settings.spacecraft);
    const [first, ...others] = fleet;
    const planned =
      settings.contacts === undefined
        ? undefined
        : await openPlan(settings.contacts, first, surroundings, others);
    const contacts = planned && new Map(fleet.map((name) => [name, planned.of(name)]));
    const own = { dictionary, staleAfterPeriods: settings.staleAfter, version: perigeeVersion(), log };
    const kept = await openKeeping(settings, dictionary, fleet, surroundings);
    const exporter = await startExporter({
      ...settings,
      ...own,
      contacts,
      ...kept,
      ...(sources && { sources }),
      // On Linux a write to a file or a pipe is through when it returns: nothing waits in memory.
      writeEvent: (line) => void surroundings.print(line),
    }).catch(async (error: unknown) => {
      await closeKeeping(kept, 0);
      throw new UsageError(`cannot listen: ${reasonOf(error)}`);
    });
    log.info("serving", {
      spacecraft: fleet.join(", "),
      dictionary: `${dictionary.name} ${dictionary.version}`,
      parameters: dictionary.parameters.length,
      http: exporter.httpPort,
      ...(exporter.pagePort !== undefined && { page: exporter.pagePort }),
      udp: exporter.udpPort,
      ...(contacts && {
        contacts: [...contacts.values()].map(({ plan }) => plan?.count ?? "not read yet").join(", "),
      }),
      ...(sources && { sources: sources.map(({ name }) => name), ports: exporter.ports }),
    });
    const alone = sharingPackets(exporter, settings.drain);
    if (recording) await replayInto(exporter, recording, settings.rate, surroundings);
    await untilStopped(stopped);
    clearTimeout(alone);
    await drain(exporter, settings.drain, surroundings);
    const datagrams = [...exporter.states.values()].reduce((sum, state) => sum + state.datagrams, 0);
    log.info("stopping", { datagrams });
    planned?.close();
    await exporter.stop();
    await closeKeeping(kept);
    return 0;
  },
);

/** @throws UsageError for a file that is none of packets */
function readRecording(path: string, dictionary: Dictionary): FoundPackets {
  const content = readPackets(path);
  const foreign = foreignKind(content);
  if (foreign !== undefined) throw new UsageError(`--file ${path} ${foreign}`);
  return new FoundPackets(content, dictionary);
}

/** @throws UsageError with every problem of every source */
function readSources(given: string): Source[] {
  const parsed = given.trim().split(/\s+/).map(parseSource);
  const problems = parsed.flatMap((each) => ("problems" in each ? each.problems : []));
  const sources = parsed.flatMap((each) => ("problems" in each ? [] : [each]));
  const names = sources.map(({ name }) => name);
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  problems.push(...twice.map((name) => `${name}: is there twice`));
  if (problems.length > 0) throw new UsageError(`--source: ${problems.join("; ")}`);
  return sources;
}

/**
 * Timer for the end of the period in which the previous exporter may still receive some of the packets. It starts to
 * drain once this one is ready, and until then the network sends existing flows to it.
 */
function sharingPackets(exporter: Exporter, drainSeconds: number): NodeJS.Timeout {
  sharesPackets(exporter, drainSeconds > 0);
  return setTimeout(() => sharesPackets(exporter, false), 2 * drainSeconds * 1000).unref();
}

function sharesPackets({ states }: Exporter, shares: boolean): void {
  for (const state of states.values()) state.sharesPackets = shares;
}

/**
 * Drain of the exporter, which receives packets until the network has the endpoint of the replacement. New flows go to
 * the replacement at once; existing flows move only when this exporter reports not ready.
 */
async function drain(exporter: Exporter, seconds: number, { log }: Surroundings): Promise<void> {
  if (seconds === 0) return;
  log.info("draining", { seconds });
  sharesPackets(exporter, true);
  await sleep((seconds * 1000) / 3);
  exporter.withdraw();
  await sleep((seconds * 1000 * 2) / 3);
}

async function replayInto(
  exporter: Exporter,
  file: FoundPackets,
  rate: number,
  { log, stopped }: Surroundings,
): Promise<void> {
  const packets = await atRate(file, rate, stopped, (packet) => exporter.receive(packet));
  if (file.left !== undefined) log.warn("not all of the file could be read", { reason: file.left });
  log.info("end of the file", { packets });
}

function untilStopped(stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stopped.aborted) resolve();
    else stopped.addEventListener("abort", () => resolve(), { once: true });
  });
}
