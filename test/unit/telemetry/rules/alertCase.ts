import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Bound } from "../../../../telemetry/dictionary";
import {
  type AlertRule,
  defaultRuleSettings,
  isAlert,
  type Rule,
  type RuleFile,
} from "../../../../telemetry/rules";
import { runbookUrl } from "../../../../telemetry/rules/rule";
import { toYaml } from "../../../../telemetry/yaml";
import { recordedNeighbours } from "../../../support/lab/neighbours";
import { prometheusProgram } from "../../../support/promtool";

/** An alert that must be firing. The alert's fixed labels and its runbook are filled in. */
export interface Firing {
  /** Those that come from the series, and those that tell one rule of a family from another. */
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
}

/** Series as promtool writes them (`1+1x10`), and what an alert makes of them at a time. */
export interface AlertCase {
  readonly alert: string;
  /** Reads on from the alert's name: "fires when ...", "is silent while ...". */
  readonly it: string;
  readonly series: Readonly<Record<string, string>>;
  /** Of the series' samples and of the evaluation. Default 10s. */
  readonly interval?: string;
  readonly at: string;
  /** A time at which the condition holds, but not yet for as long as the alert's `for` asks: it must be silent. */
  readonly notYetAt?: string;
  /** Empty: the alert must be silent. */
  readonly firing: readonly Firing[];
  /** Of a limit's family, the rules of this bound only: the others have no series in this case. */
  readonly bound?: Bound;
}

export const titleOf = (each: AlertCase): string => `${each.alert} ${each.it}`;

/** Cases with the rules that they need: promtool evaluates every rule that it is given at every step. */
interface Suite {
  readonly rules: RuleFile;
  readonly cases: AlertCase[];
}

/** Where the page of an alert is. */
type Runbook = (alert: string) => string;

/**
 * Runs all cases in one promtool process.
 * @returns what promtool says is wrong, by the title of the case; the key "" holds what belongs to no case
 */
async function runCases(
  rules: RuleFile,
  cases: readonly AlertCase[],
  runbook: Runbook,
): Promise<Map<string, string>> {
  const suites = new Map<string, AlertCase[]>();
  for (const each of cases) {
    const key = `${each.alert}-${each.bound ?? ""}-${each.interval ?? ""}`;
    suites.set(key, [...(suites.get(key) ?? []), each]);
  }
  const folder = await mkdtemp(join(tmpdir(), "perigee-promtool-"));
  try {
    const files = [...suites].map(([name, those]) =>
      writeSuite(folder, name, { rules: rulesFor(rules, those[0]), cases: those }, runbook),
    );
    const promtool = await prometheusProgram("promtool");
    const output = await promisify(execFile)(promtool, ["test", "rules", ...(await Promise.all(files))], {
      maxBuffer: 64 * 1024 ** 2,
    }).then(
      () => "",
      (error: Error & { stdout?: string; stderr?: string }) =>
        `${error.stdout ?? ""}\n${error.stderr ?? ""}`.trim() || error.message,
    );
    return failuresByCase(output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The alert's own rules, and the records that they are made from. */
function rulesFor({ groups }: RuleFile, wanted: AlertCase | undefined): RuleFile {
  const isWanted = (rule: Rule): boolean =>
    isAlert(rule) &&
    rule.alert === wanted?.alert &&
    (wanted.bound ?? rule.labels["bound"]) === rule.labels["bound"];
  const all = groups.flatMap(({ rules }) => rules);
  const needed = new Set(all.filter(isWanted));
  for (const { expr } of needed) {
    for (const rule of all) if (!isAlert(rule) && expr.includes(rule.record)) needed.add(rule);
  }
  return {
    groups: groups
      .map((group) => ({ ...group, rules: group.rules.filter((rule) => needed.has(rule)) }))
      .filter((group) => group.rules.length > 0),
  };
}

async function writeSuite(folder: string, name: string, suite: Suite, runbook: Runbook): Promise<string> {
  const path = join(folder, `${name}.test.yaml`);
  await writeFile(join(folder, `${name}.rules.yaml`), toYaml(suite.rules));
  await writeFile(
    path,
    toYaml({
      rule_files: [`${name}.rules.yaml`],
      evaluation_interval: suite.cases[0]?.interval ?? "10s",
      group_eval_order: suite.rules.groups.map((group) => group.name),
      tests: suite.cases.map((each) => promtoolTest(each, suite.rules, runbook)),
    }),
  );
  return path;
}

/** The rest of a whole cluster, as it was recorded from the lab: present in every case. */
const neighbours = Object.fromEntries(
  recordedNeighbours().map(({ labels: { __name__: name = "", ...labels }, value }) => [
    `${name}{${Object.entries(labels)
      .map(([label, text]) => `${label}=${JSON.stringify(text)}`)
      .join(",")}}`,
    `${value}x200`,
  ]),
);

function promtoolTest(each: AlertCase, rules: RuleFile, runbook: Runbook): unknown {
  return {
    name: titleOf(each),
    interval: each.interval ?? "10s",
    input_series: Object.entries({ ...neighbours, ...each.series }).map(([series, values]) => ({
      series,
      values,
    })),
    alert_rule_test: [
      ...(each.notYetAt === undefined
        ? []
        : [{ eval_time: each.notYetAt, alertname: each.alert, exp_alerts: [] }]),
      {
        eval_time: each.at,
        alertname: each.alert,
        exp_alerts: each.firing.map(({ labels, summary, description }) => ({
          exp_labels: { ...ruleFor(rules, each.alert, labels).labels, ...labels },
          exp_annotations: { summary, description, runbook_url: runbook(each.alert) },
        })),
      },
    ],
  };
}

/** The rule of that name whose fixed labels do not contradict the given ones. */
function ruleFor(rules: RuleFile, alert: string, labels: Firing["labels"]): AlertRule {
  const found = rules.groups
    .flatMap((group) => group.rules.filter(isAlert))
    .find(
      (rule) => rule.alert === alert && Object.entries(rule.labels).every(([k, v]) => (labels[k] ?? v) === v),
    );
  if (!found) throw new Error(`no rule ${alert} with ${JSON.stringify(labels)}`);
  return found;
}

function failuresByCase(output: string): Map<string, string> {
  const failures = new Map<string, string>();
  if (output === "") return failures;
  // promtool puts "name: <title>," before what it found wrong in that test.
  const [before = "", ...blocks] = output.split(/^\s*name: /m);
  for (const block of blocks) {
    const title = (block.split("\n")[0] ?? "").replace(/,$/, "");
    failures.set(title, `${failures.get(title) ?? ""}${block}`);
  }
  if (blocks.length === 0) failures.set("", before);
  return failures;
}

/**
 * A test for each case, all run by one promtool before the first of them.
 * @param runbook default: Perigee's own pages
 * @returns why each case that failed did, by its title; known once the tests run
 */
export function testCases(
  rules: RuleFile,
  cases: readonly AlertCase[],
  runbook: Runbook = (alert) => runbookUrl(alert, defaultRuleSettings),
): () => ReadonlyMap<string, string> {
  let failures = new Map<string, string>();

  before(async function () {
    // The first run on a machine may have to fetch promtool.
    this.timeout(150_000);
    failures = await runCases(rules, cases, runbook);
    assert.equal(failures.get(""), undefined);
  });

  for (const each of cases) {
    it(titleOf(each), () => {
      assert.equal(failures.get(titleOf(each)), undefined);
    });
  }
  return () => failures;
}
