/** Settings of service level objectives (SLOs). */
import { z } from "zod";
import { accepted, matching, oneOf, whole } from "../../settings/kinds";
import { type SettingProblem, strictObject } from "../../settings/load";
import type { Reason } from "../../settings/url";
import { team } from "../alerting/team";
import { lowestObjective } from "./burnRate";

/** A matcher of a label: `code=~"5.."`, in either kind of quotes. */
const matcher = /\s*[a-zA-Z_]\w*\s*(=~|!~|!=|=)\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')\s*/y;

/** Prometheus leaves out a whole group of rules for one that it cannot read, and nobody is told. */
const counter = accepted(
  reasonAgainst,
  'a counter, perhaps with matchers in braces, such as http_requests_total{job="shop"}',
);

function reasonAgainst(text: string): Reason {
  const parts = /^[a-zA-Z_:][\w:]*(?:\{(.*)\})?$/s.exec(text);
  if (!parts) return "neither a metric's name nor one with braces behind it";
  const all = parts[1]?.trim() ?? "";
  for (let at = 0; at < all.length;) {
    matcher.lastIndex = at;
    const [found, operator = "", value = ""] = matcher.exec(all) ?? [];
    if (found === undefined) return `not to be read from ${JSON.stringify(all.slice(at, at + 20))} on`;
    if (operator.includes("~") && !isExpression(value.slice(1, -1))) {
      return `${value} is no regular expression`;
    }
    at += found.length;
    if (at < all.length && all[at++] !== ",") return `a comma is missing behind ${found.trim()}`;
  }
  return undefined;
}

function isExpression(text: string): boolean {
  try {
    return new RegExp(text.replaceAll("\\\\", "\\")).source !== "";
  } catch {
    return false;
  }
}

export const slo = strictObject({
  kind: oneOf(["signal", "packets", "apiServer", "requests"]).describe(
    "What is counted: time with the expected signal, packets that arrive, answers of the API server, or requests of any workload.",
  ),
  name: matching(/^[a-z][a-z0-9-]{0,39}$/, "a name: a-z, 0-9 and -, at most 40 characters").describe(
    "Name, the label `slo` of its series and alerts.",
  ),
  objective: z
    .number({ error: "a percentage above 0 and below 100" })
    .gt(0, { error: "a percentage above 0 and below 100" })
    .lt(100, {
      error: "a percentage below 100: with 100 there is no budget, and nothing could ever be mended",
    })
    .describe("Percentage that has to be good over the period, such as 99.5."),
  days: whole(7, 90).default(14).describe("Days of the period, at most `monitoring.retentionDays`."),
  team: team.default("ground-segment").describe("Team that its alerts go to."),
  total: counter.optional().describe("Of `requests`: counter of all, summed over its series."),
  bad: counter.optional().describe("Of `requests`: counter of those that were not answered well."),
});

export type Slo = z.output<typeof slo>;

/** Problems across objectives, and with the days that samples are kept. */
export function sloChecks(slos: readonly Slo[], retentionDays: number): SettingProblem[] {
  return slos.flatMap(({ kind, name, objective, days, ...counters }, i) => {
    const problem = (key: string, given: unknown, text: string): SettingProblem => ({
      ...{ setting: `slos[${i}].${key}`, given, problem: text },
    });
    const first = slos.findIndex((each) => each.name === name);
    const least = lowestObjective(days);
    const isCounted = kind === "requests";
    return [
      ...(["total", "bad"] as const)
        .filter((key) => isCounted !== (counters[key] !== undefined))
        .map((key) =>
          problem(
            key,
            counters[key],
            isCounted ? "required where `kind` is requests" : `not known where \`kind\` is ${kind}`,
          ),
        ),
      ...(first < i
        ? [problem("name", name, `slos[${first}] has that name; each needs one of its own`)]
        : []),
      ...(days > retentionDays
        ? [problem("days", days, `at most \`monitoring.retentionDays\`, which is ${retentionDays}`)]
        : []),
      ...(objective <= least
        ? [
            problem(
              "objective",
              objective,
              `above ${Math.ceil(least * 10) / 10} for ${days} days: below that, an hour without anything good would alert nobody`,
            ),
          ]
        : []),
    ];
  });
}
