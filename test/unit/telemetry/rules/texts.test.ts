import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as fc from "fast-check";
import { parseDictionary } from "../../../../telemetry/dictionary";
import { type RuleFile, ruleFile, type RuleSettings } from "../../../../telemetry/rules";
import { toYaml } from "../../../../telemetry/yaml";
import { prometheusProgram } from "../../../support/promtool";
import { anyLine, anyText } from "../../../support/telemetry/anyText";

/** Texts of an author and settings of a site. */
interface Texts {
  readonly name: string;
  readonly descriptions: readonly string[];
  readonly job: string;
  readonly runbookBaseUrl: string;
  readonly spacecraft: string;
}

const texts: fc.Arbitrary<Texts> = fc.record({
  name: anyLine.map((line) => [...line].slice(0, 20).join("")),
  descriptions: fc.array(anyText, { minLength: 30, maxLength: 30 }),
  job: anyLine,
  // However many slashes a site ends it with, one is left.
  runbookBaseUrl: anyLine.map((line) => `https://wiki.example/${line.replace(/\/+$/, "")}/`),
  spacecraft: anyLine,
});

const metric = (i: number): string => `bus_power_reading_${i}_volts`;

function dictionaryWith({ name, descriptions }: Texts) {
  const parameters = descriptions.map((description, i) => ({
    ...{ name: `reading_${i}`, description, type: "unsigned", bits: 8, unit: "V" },
    limits: { red: { low: 5 }, ...(i % 2 === 1 && { byMode: { SAFE: {} } }) },
  }));
  const mode = {
    name: "mode",
    description: descriptions[0],
    type: "enumeration",
    bits: 8,
    states: { 0: "SAFE" },
  };
  const packet = { apid: 1, name: "p", description: "d", subsystem: "power", period: 1 };
  return parseDictionary(
    JSON.stringify({
      ...{ name, version: "1", time: { code: "CUC", epoch: "2000-01-01T00:00:00Z" }, mode: "power.mode" },
      packets: [{ ...packet, parameters: [...parameters, mode] }],
    }),
  );
}

/** A test of promtool: every limit is crossed, the mode is SAFE, and the exporter has another dictionary. */
function promtoolTest({ name, descriptions, job, runbookBaseUrl, spacecraft }: Texts): unknown {
  const at = { job, spacecraft };
  const series = (of: string, labels: object): string =>
    `${of}{${Object.entries(labels)
      .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
      .join(",")}}`;
  const inputs = descriptions.flatMap((_, i) => [
    [series(metric(i), at), "1"],
    [series("bus_parameter_limit", { ...at, parameter: metric(i), severity: "red", bound: "low" }), "5"],
  ]);
  const others = [
    [series("bus_power_mode", { ...at, state: "SAFE" }), "1"],
    [series("perigee_telemetry_build_info", { job, dictionary: `${name} 0` }), "1"],
  ];
  const annotations = (alert: string, summary: string, description: string): object => ({
    exp_annotations: { summary, description, runbook_url: `${runbookBaseUrl}${alert}.md` },
  });
  const expected = (alertname: string, firing: unknown): unknown => ({
    eval_time: "10m",
    alertname,
    exp_alerts: firing,
  });
  const flight = { severity: "critical", team: "flight-control", subsystem: "power", spacecraft };
  return {
    interval: "10s",
    input_series: [...inputs, ...others].map(([each, value = ""]) => ({
      series: each,
      values: `${value}x90`,
    })),
    alert_rule_test: [
      expected(
        "BusParameterRed",
        descriptions.map((text, i) => ({
          exp_labels: { ...flight, parameter: metric(i), bound: "low" },
          ...annotations(
            "BusParameterRed",
            `${spacecraft}: power reading ${i} below its red limit`,
            `${text}: 1V, below the red low limit of 5V.`,
          ),
        })),
      ),
      expected("BusSafeMode", [
        {
          exp_labels: { ...flight, parameter: "bus_power_mode" },
          ...annotations(
            "BusSafeMode",
            `${spacecraft}: safe mode`,
            `${descriptions[0] ?? ""}: SAFE is 1 (limit 0). The spacecraft only keeps itself alive.`,
          ),
        },
      ]),
      expected("TelemetryDictionaryMismatch", [
        {
          exp_labels: {
            severity: "warning",
            team: "ground-segment",
            subsystem: "exporter",
            job,
            dictionary: `${name} 0`,
          },
          ...annotations(
            "TelemetryDictionaryMismatch",
            "The telemetry exporter runs another dictionary than the alert rules",
            `The exporter  decodes with the dictionary ${name} 0, the rules were made from ${name} 1: limits may be missing or wrong (exporters concerned: 1, limit 0).`,
          ),
        },
      ]),
    ],
  };
}

async function promtool(rules: RuleFile, test: unknown): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "perigee-texts-"));
  try {
    await writeFile(join(folder, "rules.yaml"), toYaml(rules));
    const file = join(folder, "test.yaml");
    await writeFile(file, toYaml({ rule_files: ["rules.yaml"], evaluation_interval: "10s", tests: [test] }));
    await promisify(execFile)(await prometheusProgram("promtool"), ["test", "rules", file]);
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    assert.fail(`${stdout}${stderr}` || String(error));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe("an author's text in the rules", function () {
  this.timeout(300_000);

  it("reaches the alert as it was written, whatever braces, quotes and variables it contains", async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (given) => {
        const { job, runbookBaseUrl }: Partial<RuleSettings> = given;
        await promtool(ruleFile(dictionaryWith(given), { job, runbookBaseUrl }), promtoolTest(given));
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });
});
