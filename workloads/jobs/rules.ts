/** Alerts of batch jobs: one that did not finish in time, one that never did, a push that was refused, no gateway. */
import { quoted } from "../../telemetry/quoting";
import {
  alertRule,
  type AlertSpec,
  defaultRuleSettings,
  type Rule,
  type RuleFile,
} from "../../telemetry/rules";
import { monitoringNames } from "../monitoring/names";
import { jobNames } from "./names";
import { type JobSettings, limitSeconds } from "./settings";

/** Recorded series with the time at which a job last finished: the gateway forgets it when its pod moves. */
const lastFinish = "batch_job:push_time_seconds:last";

export function jobRules(jobs: readonly JobSettings[], runbookBaseUrl: string | undefined): RuleFile {
  const settings = { runbookBaseUrl: runbookBaseUrl ?? defaultRuleSettings.runbookBaseUrl };
  const alerts = (specs: readonly AlertSpec[]): Rule[] => specs.map((spec) => alertRule(spec, settings));
  return {
    groups: [
      { name: "jobs", rules: alerts(ofGateway) },
      ...jobs.map((job) => ({
        name: `job-${job.name}`,
        rules: [memoryOf(job), ...alerts(ofJob(job))],
      })),
    ],
  };
}

/** Series that remembers itself, over a day without Prometheus. A group whose pushes were all refused has a time of 0. */
function memoryOf({ name }: JobSettings): Rule {
  const before = `${lastFinish}{batch_job=${quoted(name)}}`;
  return {
    record: lastFinish,
    expr: `max(push_time_seconds{job=${quoted(name)}} > 0) or max(last_over_time(${before}[1d]))`,
    labels: { batch_job: name },
  };
}

const common = { team: "ground-segment", subsystem: "jobs", severity: "warning" } as const;

const ofGateway: readonly AlertSpec[] = [
  {
    ...common,
    ...{ alert: "JobPushRefused", forSeconds: 0 },
    expr: "max by (job) (push_failure_time_seconds) > max by (job) (push_time_seconds)",
    summary: "What {{ $labels.job }} pushed was refused",
    description:
      "The last push of {{ $labels.job }} was refused: it has a time of its own, a sample twice, or a metric of another type than what others pushed (time of it {{ $value | humanizeTimestamp }}, limit: that of the last good one).",
  },
  {
    ...common,
    ...{ alert: "JobGatewayDown", forSeconds: 300 },
    expr: `absent(up{namespace="${monitoringNames.namespace}",service="${jobNames.gateway}"} == 1)`,
    summary: "Jobs can push nothing",
    description: `The gateway that batch jobs push to is not scraped: {{ $value | printf "%.0f" }} gateway is missing (limit 0).`,
  },
];

function ofJob(job: JobSettings): AlertSpec[] {
  const { name, everyMinutes, withinMinutes, team, severity } = job;
  const limit = limitSeconds(job);
  const finished = `${lastFinish}{batch_job=${quoted(name)}}`;
  const labels = { batch_job: name };
  const when = `it runs every ${everyMinutes} minutes and finishes within ${withinMinutes}`;
  return [
    {
      ...{ ...common, team, severity, labels },
      ...{ alert: "JobOverdue", forSeconds: 0 },
      expr: `time() - ${finished} > ${limit}`,
      summary: `${name} has not finished in time`,
      description: `${name} finished {{ $value | humanizeDuration }} ago: ${when} (limit ${everyMinutes + withinMinutes} minutes).`,
    },
    {
      ...{ ...common, team, severity, labels },
      ...{ alert: "JobNeverFinished", forSeconds: limit },
      expr: `absent(${finished})`,
      summary: `${name} has never finished`,
      description: `${name} has not pushed for as long as is remembered: ${when} ({{ $value | printf "%.0f" }} job is missing, limit 0).`,
    },
  ];
}
