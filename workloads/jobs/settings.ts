/** Settings of batch jobs. */
import { type z } from "zod";
import { matching, oneOf, whole } from "../../settings/kinds";
import { type SettingProblem, strictObject } from "../../settings/load";
import { team } from "../alerting/team";

/** Thirty-one days. */
const mostMinutes = 44_640;

export const job = strictObject({
  name: matching(/^[a-z]([a-z0-9-]{0,50}[a-z0-9])?$/, "a name: a-z, 0-9 and - between, at most 52").describe(
    "Name that the job pushes under: `/metrics/job/NAME`.",
  ),
  everyMinutes: whole(1, mostMinutes).describe("Minutes from one run to the next; 1440: every day."),
  withinMinutes: whole(1, mostMinutes)
    .default(60)
    .describe("Minutes after the time for a run within which it has finished, as a rule."),
  team: team.default("ground-segment").describe("Team that its alerts go to."),
  severity: oneOf(["critical", "warning"])
    .default("warning")
    .describe("Severity of [JobOverdue](alerts/JobOverdue.md)."),
});

export type JobSettings = z.output<typeof job>;

/** Seconds after the end of a run within which the next one has ended. */
export const limitSeconds = ({ everyMinutes, withinMinutes }: JobSettings): number =>
  60 * (everyMinutes + withinMinutes);

/** Problems across jobs, and of a job with the samples that tell when it ran. */
export function jobChecks(jobs: readonly JobSettings[], retentionDays: number): SettingProblem[] {
  return jobs.flatMap((each, i) => {
    const first = jobs.findIndex(({ name }) => name === each.name);
    const days = limitSeconds(each) / 86_400;
    return [
      ...(first < i
        ? [
            {
              ...{ setting: `jobs[${i}].name`, given: each.name },
              problem: `jobs[${first}] has that name; each needs one of its own`,
            },
          ]
        : []),
      ...(days > retentionDays
        ? [
            {
              ...{ setting: `jobs[${i}].everyMinutes`, given: each.everyMinutes },
              problem: `with \`withinMinutes\` at most \`monitoring.retentionDays\`, which is ${retentionDays} (${1440 * retentionDays} minutes): what is older nobody remembers`,
            },
          ]
        : []),
    ];
  });
}
