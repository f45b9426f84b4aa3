/** The exporter with its page, and simulated flights for it. */
import { loadDictionary } from "../../../telemetry/dictionary";
import { type Exporter, startExporter } from "../../../telemetry/exporter";
import type { Source } from "../../../telemetry/links";
import { jsonLog } from "../../../telemetry/log";
import { type ScenarioName, Simulator } from "../../../telemetry/simulator";

export interface ServedPage {
  readonly url: string;
  readonly exporter: Exporter;
  stop(): Promise<void>;
}

const ownDictionary = loadDictionary();

/** An exporter without UDP that receives its packets from the test. Stopping it twice is no error. */
export async function servePage(
  sources: readonly Source[] = [],
  dictionary = ownDictionary,
): Promise<ServedPage> {
  const exporter = await startExporter({
    dictionary,
    spacecraft: "perigee-1",
    httpPort: 0,
    httpHost: "127.0.0.1",
    udpPort: undefined,
    udpHost: "127.0.0.1",
    ...(sources.length > 0 && { sources }),
    // The test flies minutes in a moment, then reads the page.
    staleAfterPeriods: 60,
    version: "0.0.0",
    log: jsonLog(() => undefined),
  });
  let stopping: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${exporter.httpPort}/`,
    exporter,
    stop: () => (stopping ??= exporter.stop()),
  };
}

/** Feeds the exporter a flight that ends now: `seconds` of a scenario at time scale 60. */
export function fly({ exporter }: ServedPage, scenario: ScenarioName, seconds: number): void {
  const end = Date.now() / 1000;
  const simulator = new Simulator({
    dictionary: ownDictionary,
    scenario,
    timeScale: 60,
    seed: 1,
    start: end - seconds,
  });
  for (let at = end - seconds; at <= end; at += 0.5) {
    for (const packet of simulator.until(at)) exporter.state.receive(packet, at);
    exporter.look(at);
  }
}
