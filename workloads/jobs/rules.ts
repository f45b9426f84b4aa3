/** Alerts of batch jobs: one that did not finish in time, one that never did, a push that was refused, no gateway. */
import { quoted } from "../../telemetry/quoting";
import { alertRule, type AlertSpec, defaultRuleSettings, type RuleFile } from "../../telemetry/rules";
import { jobNames } from "./names";
import { type JobSettings, limitSeconds } from "./settings";

/** Seconds beyond a job's limit for which Prometheus is asked: the gateway forgets when its pod moves. */
const moreSeconds = 86_400;

export function jobRules(jobs: readonly JobSettings[], runbookBaseUrl: string | undefined): RuleFile {
  const settings = { runbookBaseUrl: runbookBaseUrl ?? defaultRuleSettings.runbookBaseUrl };
  const groups = [
    { name: "jobs", specs: ofGateway },
    ...jobs.map((job) => ({ name: `job-${job.name}`, specs: ofJob(job) })),
  ];
  return {
    groups: groups.map(({ name, specs }) => ({
      name,
      rules: specs.map((spec) => alertRule(spec, settings)),
    })),
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
      "The last push of {{ $labels.job }} was refused: it has a metric of another type than what others pushed (time of it {{ $value | humanizeTimestamp }}, limit: that of the last good one).",
  },
  {
    ...common,
    ...{ alert: "JobGatewayDown", forSeconds: 300 },
    expr: `absent(up{service="${jobNames.gateway}"} == 1)`,
    summary: "Jobs can push nothing",
    description: `The gateway that batch jobs push to is not scraped: {{ $value | printf "%.0f" }} gateway is missing (limit 0).`,
  },
];

function ofJob(job: JobSettings): AlertSpec[] {
  const { name, everyMinutes, withinMinutes, team, severity } = job;
  const limit = limitSeconds(job);
  const pushed = `push_time_seconds{job=${quoted(name)}}[${limit + moreSeconds}s]`;
  const labels = { batch_job: name };
  const when = `it runs every ${everyMinutes} minutes and finishes within ${withinMinutes}`;
  return [
    {
      ...{ ...common, team, severity, labels },
      ...{ alert: "JobOverdue", forSeconds: 0 },
      expr: `time() - max(max_over_time(${pushed})) > ${limit}`,
      summary: `${name} has not finished in time`,
      description: `${name} finished {{ $value | humanizeDuration }} ago: ${when} (limit ${everyMinutes + withinMinutes} minutes).`,
    },
    {
      ...{ ...common, team, severity, labels },
      ...{ alert: "JobNeverFinished", forSeconds: limit },
      expr: `absent_over_time(${pushed})`,
      summary: `${name} has never finished`,
      description: `${name} has not pushed for as long as is remembered: ${when} ({{ $value | printf "%.0f" }} job is missing, limit 0).`,
    },
  ];
}
