/** `make demo`: plays scenarios of the simulated spacecraft, and says what to watch where. */
import { setTimeout as sleep } from "node:timers/promises";
import { type ScenarioName, scenarios } from "../../telemetry/simulator";
import { formatSeconds } from "../progress";
import { command, say } from "./command";
import { labEngine } from "./labEngine";
import { firingAlerts } from "./monitoring";
import { play } from "./scenario";
import { changingTheLab, type Session } from "./session";
import { outputsOf, workloads } from "./stacks";

/** One act: a scenario, and the alert by which it is seen to have come. */
interface Act {
  readonly scenario: ScenarioName;
  /** Alert that ends the wait; undefined: until no alarm of the spacecraft fires. */
  readonly alert?: string;
  /** What to watch, by the endpoint's name: see {@link places}. */
  readonly watch: readonly (readonly [place: keyof typeof places, what: string])[];
}

/** Endpoints by their names for people. */
const places = {
  "telemetry page": "telemetryUrl",
  dashboards: "grafanaUrl",
  Prometheus: "prometheusUrl",
  Alertmanager: "alertmanagerUrl",
} as const;

export const acts: readonly Act[] = [
  {
    scenario: "battery-undervoltage",
    alert: "BusParameterRed",
    watch: [
      ["telemetry page", "Power: the battery's voltage falls, turns yellow, then red"],
      ["dashboards", "Fleet overview: a red alarm; Subsystem Power: the voltage crosses its two limits"],
      ["Prometheus", "Alerts: BusParameterYellow, then BusParameterRed, pending for 10 s before they fire"],
      ["Alertmanager", "BusParameterRed; BusParameterYellow is inhibited by it"],
    ],
  },
  {
    scenario: "safe-mode",
    alert: "BusSafeMode",
    watch: [
      ["telemetry page", "Attitude: the mode is SAFE, in red"],
      ["dashboards", "Fleet overview: the mode's bar turns red"],
    ],
  },
  {
    scenario: "loss-of-signal",
    alert: "BusLossOfSignal",
    watch: [
      ["telemetry page", "every packet is overdue, and its values are gone"],
      ["dashboards", "Ground link: the age of the last packets grows; the graphs end"],
      ["Alertmanager", "BusLossOfSignal; no alarm of a single packet beside it"],
    ],
  },
  {
    scenario: "nominal",
    watch: [
      ["telemetry page", "every value is back within its limits"],
      ["Alertmanager", "the alarms go, within some minutes"],
    ],
  },
];

/** Time limit for an act's alert. */
const actLimitMs = 360_000;
/** Time to look around after an alert, before the next act. */
const lookMs = 20_000;

export const demoCommand = command({
  name: "demo",
  summary: "play what happens to a spacecraft, and say what to watch where",
  description: `Plays scenarios one after the other (${acts.map(({ scenario }) => scenario).join(", ")}), says what to watch on which page,
and waits for the alarm. Takes about five minutes; Ctrl-C leaves the scenario that plays. Needs a lab that is up.`,
  run: () => changingTheLab("make demo", demo),
});

async function demo(session: Session): Promise<number> {
  const outputs = await outputsOf(workloads, await labEngine(say));
  const prometheus = outputs?.["prometheusUrl"];
  if (typeof prometheus !== "string") throw new Error("The lab is not up: `make up` brings it up.");
  for (const [index, act] of acts.entries()) {
    const code = await play(act.scenario, session, () => undefined);
    if (session.signal.aborted) return 130;
    if (code !== 0) return code;
    say(announcement(act, index, outputs ?? {}));
    await untilSeen(act, prometheus, session.signal);
    if (session.signal.aborted) return 130;
  }
  say("\nThat was all. More: make scenario NAME=..., `tsx lab/cli/main.ts scenario --help` lists them.");
  return 0;
}

/** Text before an act: what happens, and what to watch where. Pure. */
export function announcement(act: Act, index: number, outputs: Readonly<Record<string, unknown>>): string {
  const lines = act.watch.flatMap(([place, what]) => {
    const url = outputs[places[place]];
    return typeof url === "string" ? [`    ${place} (${url})\n        ${what}`] : [];
  });
  const heading = `==> ${index + 1}/${acts.length} ${act.scenario}: ${scenarios[act.scenario].summary}`;
  return [`\n${heading}`, ...lines].join("\n");
}

/** Waits for the act's alert, or for the last alarm to go, and says when it came. A limit that passes is said, too. */
async function untilSeen({ alert }: Act, prometheus: string, signal: AbortSignal): Promise<void> {
  const start = Date.now();
  const wanted = alert ?? "no alarm";
  const pause = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal }).catch(() => undefined);
  while (Date.now() - start < actLimitMs && !signal.aborted) {
    // An alarm of the act before may still be there.
    const since = alert === undefined ? 0 : start;
    const firing = await firingAlerts(prometheus, since).catch(() => undefined);
    const seen =
      alert === undefined ? firing?.every((name) => !name.startsWith("Bus")) : firing?.includes(alert);
    if (seen === true) {
      say(`    now: ${wanted} (after ${formatSeconds(Date.now() - start)})`);
      if (alert !== undefined) await pause(lookMs);
      return;
    }
    await pause(2000);
  }
  if (!signal.aborted) {
    say(`    ${wanted} has not come within ${formatSeconds(actLimitMs)}; make status says more`);
  }
}
