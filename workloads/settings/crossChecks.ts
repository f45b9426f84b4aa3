/** Checks across several settings of stack 2. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { CrossCheck, SettingProblem } from "../../settings/load";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { gatewayChecks } from "../access/gateway/settings";
import { teamChecks } from "../access/teams/checks";
import { alertingChecks } from "../alerting/settings";
import type { Settings } from "../config";
import { jobChecks } from "../jobs/settings";
import { logChecks } from "../logging/settings";
import { probeChecks } from "../probes/settings";
import { sloChecks } from "../slos/settings";
import { type ChartSettings, kindOfReference } from "./chart";
import { packetArchiveChecks } from "./packetArchive";

export const crossChecks: readonly CrossCheck<Settings>[] = [
  charts,
  alerting,
  recorder,
  historyAge,
  archived,
  behindGateway,
  ofTeams,
  objectives,
  probed,
  awaited,
  logging,
];

function objectives({ slos, monitoring }: Partial<Settings>): SettingProblem[] {
  return slos === undefined || monitoring === undefined ? [] : sloChecks(slos, monitoring.retentionDays);
}

function probed({ probes }: Partial<Settings>): SettingProblem[] {
  return probes === undefined ? [] : probeChecks(probes);
}

function awaited({ jobs, monitoring }: Partial<Settings>): SettingProblem[] {
  return jobs === undefined || monitoring === undefined ? [] : jobChecks(jobs, monitoring.retentionDays);
}

function logging({ logs }: Partial<Settings>): SettingProblem[] {
  return logs === undefined ? [] : logChecks(logs);
}

function recorder({ telemetry }: Partial<Settings>): SettingProblem[] {
  if (telemetry === undefined || telemetry.contacts !== undefined) return [];
  const { dumpRate } = telemetry.simulator;
  const problem = "needs `telemetry.contacts`, between which there is something to record";
  return dumpRate === 0 ? [] : [{ setting: "telemetry.simulator.dumpRate", given: dumpRate, problem }];
}

function historyAge({ telemetry, monitoring }: Partial<Settings>): SettingProblem[] {
  const given = telemetry?.history.maxAgeDays;
  if (given === undefined || monitoring === undefined || given <= monitoring.retentionDays) return [];
  const problem = `at most \`monitoring.retentionDays\`, which is ${monitoring.retentionDays}: what is older is deleted at once`;
  return [{ setting: "telemetry.history.maxAgeDays", given, problem }];
}

function archived({ telemetry }: Partial<Settings>): SettingProblem[] {
  return telemetry === undefined ? [] : packetArchiveChecks(telemetry.archive);
}

function behindGateway({ gateway }: Partial<Settings>): SettingProblem[] {
  return gateway === undefined ? [] : gatewayChecks(gateway);
}

function ofTeams({ teams }: Partial<Settings>): SettingProblem[] {
  return teams === undefined ? [] : teamChecks(teams);
}

function alerting({ monitoring }: Partial<Settings>): SettingProblem[] {
  return monitoring === undefined ? [] : alertingChecks(monitoring.alerting);
}

function charts({ monitoring, metricsServer }: Partial<Settings>): SettingProblem[] {
  const given: Readonly<Record<string, ChartSettings | undefined>> = {
    "monitoring.chart": monitoring?.chart,
    "monitoring.crdsChart": monitoring?.crdsChart,
    "metricsServer.chart": metricsServer?.chart,
  };
  return Object.entries(given).flatMap(([key, chart]) => {
    if (chart === undefined) return [];
    const { reference, repository } = chart;
    const setting = `${key}.reference`;
    const kind = kindOfReference(reference);
    if (kind === "path" && !existsSync(resolve(repositoryRoot, reference))) {
      return [
        { setting, given: reference, problem: "there is no such file or folder (paths are from the root)" },
      ];
    }
    if (kind === "name" && repository === undefined) {
      return [{ setting, given: reference, problem: "a chart's name alone: say its `repository` too" }];
    }
    return [];
  });
}
