import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ruleFile } from "../../../../telemetry/rules";
import { toYaml } from "../../../../telemetry/yaml";
import { prometheusProgram } from "../../../support/promtool";
import { aos, type Day, dayDictionary, daySeconds, flownDay, orbitSeconds, passSeconds } from "./flownDay";

/**
 * Ten passes, in each of them a second station 12 s behind, the recorder played back between the live packets, and a kind
 * of packet of which every tenth is sent.
 */
const day: Day = {
  values: (now) => ({
    // Red from the middle of pass 2, through two silences, until the third minute of pass 4.
    voltage: now >= aos(2) + 300 && now < aos(4) + 180 ? 12.5 : 14,
    // Three telecommands are rejected between passes 4 and 5.
    commands_rejected: now >= aos(4) + 4_000 ? 5 : 2,
    // The watchdog starts the computer again between passes 5 and 6.
    boots: now >= reboot ? 18 : 17,
    reset_cause: now >= reboot ? 0 : 1,
  }),
  starts: (now) => (now >= reboot ? 1 : 0),
  // Pass 7 brings nothing; in pass 8 each fifth packet is lost.
  isLost: (now) => isPass(now, 7) || (isPass(now, 8) && (now / 10) % 5 === 0),
};
const reboot = aos(5) + 4_000;
const isPass = (now: number, pass: number): boolean => now >= aos(pass) && now < aos(pass) + passSeconds;

/** An alert that must fire, and only then; within the given seconds behind both ends it may. */
interface Expected {
  readonly alert: string;
  readonly from: number;
  readonly to: number;
  readonly leeway: number;
}

const fromTo = (alert: string, from: number, to: number, leeway = 120): Expected => ({
  alert,
  from,
  to,
  leeway,
});
const expected: readonly Expected[] = [
  fromTo("BusParameterRed", aos(2) + 300, aos(4) + 180),
  fromTo("BusParameterYellow", aos(2) + 300, aos(4) + 180),
  // Five minutes at AOS.
  fromTo("BusTelecommandRejected", aos(5), aos(5) + 300),
  // Fifteen minutes at AOS, which is longer than the pass: it is known to be over at the next AOS.
  fromTo("BusUnexpectedReboot", aos(6), aos(8)),
  // No packet in the whole pass; Alertmanager hides the second behind the first.
  fromTo("BusLossOfSignal", aos(7) + 60, aos(8), 240),
  fromTo("BusPacketOverdue", aos(7) + 60, aos(8), 240),
  // Losses of the last five minutes.
  fromTo("BusSequenceGaps", aos(8) + 60, aos(8) + passSeconds + 60, 240),
  ...[1, 2, 3, 4, 5, 6, 8, 9].map((pass) => fromTo("BusSignalAcquired", aos(pass), aos(pass) + 300, 60)),
];

/** Names of the alerts at a time; undefined: one may fire or not. */
function alertsAt(time: number): string[] | undefined {
  const isNear = (edge: number, leeway: number): boolean => time >= edge && time <= edge + leeway;
  if (expected.some(({ from, to, leeway }) => isNear(from, leeway) || isNear(to, leeway))) return undefined;
  return [...new Set(expected.filter(({ from, to }) => time >= from && time < to).map(({ alert }) => alert))];
}

describe("a day of ten passes, as promtool evaluates it", function () {
  this.timeout(300_000);

  it("has no alert but the true ones, at any minute", async () => {
    const times = Array.from({ length: daySeconds / 60 - 1 }, (_, i) => i * 60);
    const checked = times.flatMap((time) => {
      const alerts = alertsAt(time);
      return alerts ? [{ time, alerts }] : [];
    });
    assert.ok(checked.length > times.length * 0.9, "nearly all of the day is checked");
    const own = /^perigee-(link|states|spacecraft|limits-.*)$/;
    const rules = { groups: ruleFile(dayDictionary).groups.filter(({ name }) => own.test(name)) };
    const test = {
      name: "day",
      interval: "30s",
      input_series: Object.entries(flownDay(day)).map(([series, values]) => ({ series, values })),
      promql_expr_test: checked.map(({ time, alerts }) => ({
        expr: 'max by (alertname) (ALERTS{alertstate="firing"})',
        eval_time: `${time}s`,
        exp_samples: alerts.map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 })),
      })),
    };
    await promtool(rules, test);
    assert.ok(orbitSeconds > 90 * 60 + passSeconds, "with ninety minutes of silence between two passes");
  });
});

async function promtool(rules: object, test: object): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "perigee-day-"));
  try {
    await writeFile(join(folder, "rules.yaml"), toYaml(rules));
    const file = join(folder, "test.yaml");
    await writeFile(file, toYaml({ rule_files: ["rules.yaml"], evaluation_interval: "30s", tests: [test] }));
    await promisify(execFile)(await prometheusProgram("promtool"), ["test", "rules", file], {
      maxBuffer: 64 * 1024 ** 2,
    });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    assert.fail(`${stdout}${stderr}`.replaceAll(/\n\s*\n/g, "\n").slice(0, 4_000) || String(error));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
