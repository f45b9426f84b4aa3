import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Dashboard, dashboardFiles, dashboards, homeDashboard } from "../../../dashboards";
import { grafanaUnit } from "../../../dashboards/style";
import { loadDictionary } from "../../../telemetry/dictionary";
import { units } from "../../../telemetry/dictionary/units";
import { isAlert, ruleFile } from "../../../telemetry/rules";
import { metricsOf, selectorsOf, syntaxErrors, withoutVariables } from "../../support/promql";
import { metricsWithSeries, scrapedAfter, simulatedPackets } from "./realExporter";

const dictionary = loadDictionary();
const all = dashboards(dictionary);
type Panel = NonNullable<Dashboard["panels"]>[number];

const panelsOf = (dashboard: Dashboard): Panel[] => dashboard.panels ?? [];
const panels = all.flatMap((dashboard) =>
  panelsOf(dashboard).map((panel) => ({
    where: `${dashboard.title ?? ""} / ${panel.title ?? ""}`,
    dashboard,
    panel,
  })),
);

/** Every expression that a dashboard sends: panels, annotations, variables. */
function queries(dashboard: Dashboard): { where: string; expr: string }[] {
  const ofPanels = panelsOf(dashboard).flatMap((panel) =>
    ("targets" in panel ? (panel.targets ?? []) : []).map((target) => ({
      where: `${dashboard.title ?? ""} / ${panel.title ?? ""}`,
      expr: "expr" in target ? String(target.expr) : "",
    })),
  );
  const ofAnnotations = (dashboard.annotations?.list ?? []).map(({ name, expr }) => ({
    where: `${dashboard.title ?? ""} / annotation ${name}`,
    expr: expr ?? "",
  }));
  const ofVariables = (dashboard.templating?.list ?? []).flatMap(({ name, query }) => {
    const metric = /^label_values\(([^,]+),/.exec(typeof query === "string" ? query : "")?.[1];
    return metric === undefined
      ? []
      : [{ where: `${dashboard.title ?? ""} / variable ${name}`, expr: metric }];
  });
  return [...ofPanels, ...ofAnnotations, ...ofVariables].map((each) => ({
    ...each,
    expr: withoutVariables(each.expr),
  }));
}

const allQueries = all.flatMap(queries);

describe("the dashboards' queries", () => {
  it("all parse", () => {
    assert.ok(allQueries.length > 150);
    const wrong = allQueries.map(({ where, expr }) => ({ where, expr, errors: syntaxErrors(expr) }));
    assert.deepEqual(
      wrong.filter(({ errors, expr }) => errors.length > 0 || expr === ""),
      [],
    );
  });

  it("would not pass with a wrong expression", () => {
    assert.notDeepEqual(syntaxErrors("sum by (spacecraft (up)"), []);
    assert.notDeepEqual(syntaxErrors("rate(up[5])) +"), []);
  });

  it("name only metrics that a real exporter serves, the rules record or Prometheus makes itself", async () => {
    const served = metricsWithSeries(await scrapedAfter(dictionary, simulatedPackets(dictionary)));
    const recordedNames = ruleFile(dictionary).groups.flatMap(({ rules }) =>
      rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record])),
    );
    const ofPrometheus = ["ALERTS", "up", "scrape_duration_seconds", "scrape_samples_scraped"];
    const known = new Set([...served, ...recordedNames, ...ofPrometheus]);
    const unknown = allQueries.flatMap(({ where, expr }) =>
      metricsOf(expr)
        .filter((name) => !known.has(name))
        .map((name) => `${where}: ${name}`),
    );
    assert.deepEqual(unknown, []);
  });

  it("show every parameter of the dictionary on its subsystem's dashboard", () => {
    for (const { metric, subsystem, type } of dictionary.parameters) {
      const board = all.find(({ uid }) => uid === `perigee-subsystem-${subsystem}`);
      const wanted = type === "enumeration" ? `spacecraft:${metric}:raw` : metric;
      assert.ok(board && queries(board).some(({ expr }) => metricsOf(expr).includes(wanted)), metric);
    }
  });

  it("ask about the chosen spacecraft only, where one is chosen", () => {
    const chosen = all.filter(({ templating }) =>
      templating?.list?.some(({ name }) => name === "spacecraft"),
    );
    assert.equal(chosen.length, all.length - 2);
    const careless = chosen
      .flatMap(queries)
      .filter(({ where, expr }) => !where.includes("variable") && !expr.includes('spacecraft="perigee-1"'));
    assert.deepEqual(careless, []);
  });
});

describe("what Grafana's dashboard linter asks for", () => {
  const unaggregated = (expr: string): string[] => {
    const counters = selectorsOf(expr).filter((selector) => /^\w+_total\b/.test(selector));
    return counters.filter((selector) => !new RegExp(`(rate|increase)\\(${escaped(selector)}\\[`).test(expr));
  };
  const escaped = (text: string): string => text.replace(/[$()*+.?[\\\]^{|}]/g, "\\$&");
  const targets = all.flatMap((dashboard) =>
    panelsOf(dashboard).flatMap((panel) =>
      ("targets" in panel ? (panel.targets ?? []) : []).map((target) => ({
        where: `${dashboard.title ?? ""} / ${panel.title ?? ""}`,
        expr: "expr" in target ? String(target.expr) : "",
      })),
    ),
  );

  it("rates are over Grafana's own interval, which knows how often is scraped, or over 5 minutes", () => {
    const careless = targets.filter(({ expr }) =>
      [...expr.matchAll(/\b(?:rate|increase|irate)\([^[]*\[([^\]]+)\]/g)].some(
        ([, window]) => window !== "$__rate_interval" && window !== "5m",
      ),
    );
    assert.deepEqual(careless, []);
  });

  it("a counter is shown as a rate or an increase", () => {
    assert.deepEqual(unaggregated("max(a_total{b='c'})"), ["a_total{b='c'}"]);
    assert.deepEqual(unaggregated("sum(rate(a_total{b='c'}[5m]))"), []);
    assert.deepEqual(
      targets.filter(({ expr }) => unaggregated(withoutVariables(expr)).length > 0),
      [],
    );
  });

  it("units are ones that Grafana has, or a suffix", () => {
    // Ids of @grafana/data 13.2.3, `getValueFormats()`: those that Perigee uses.
    const ids =
      "none short volt amp watt joule celsius s lengthm velocityms bytes Bps percentunit hertz degree rotdegs " +
      "rotrpm forceNm pressurepa massg dBm dB pps";
    const known = new Set(ids.split(" "));
    const used = Object.values(units).map(({ base }) => grafanaUnit(base));
    const ofPanels = panels.flatMap(({ panel }) =>
      "fieldConfig" in panel ? [panel.fieldConfig?.defaults.unit ?? ""] : [],
    );
    const strange = [...used, ...ofPanels].filter((unit) => !known.has(unit) && !/^suffix:\S/.test(unit));
    assert.deepEqual([...new Set(strange)], []);
  });
});

describe("every panel", () => {
  it("has a title, a description and a unit", () => {
    assert.ok(panels.length > 100, `${panels.length} panels`);
    const incomplete = panels.filter(({ panel }) => {
      const unit = "fieldConfig" in panel ? panel.fieldConfig?.defaults.unit : undefined;
      const description = "description" in panel ? panel.description : undefined;
      return !panel.title || !description || !unit;
    });
    assert.deepEqual(
      incomplete.map(({ where }) => where),
      [],
    );
  });

  it("has an id of its own that does not depend on its place", () => {
    for (const dashboard of all) {
      const ids = panelsOf(dashboard).map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length, dashboard.title);
      assert.ok(ids.every((id) => id !== undefined && id > 0 && id < 2 ** 31));
    }
    const fewer = { ...dictionary, parameters: dictionary.parameters.slice(1) };
    for (const dashboard of dashboards(fewer)) {
      const before = all.find(({ uid }) => uid === dashboard.uid);
      const ids = before ? panelsOf(before).map(({ id }) => id) : [];
      for (const panel of panelsOf(dashboard)) assert.ok(ids.includes(panel.id), panel.title);
    }
  });

  it("fits into the grid without overlap", () => {
    for (const { where, dashboard, panel } of panels) {
      const a = panel.gridPos;
      assert.ok(a && a.x + a.w <= 24, where);
      for (const other of panelsOf(dashboard)) {
        const b = other.gridPos;
        if (other === panel || !b) continue;
        const isApart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
        assert.ok(isApart, `${where} lies over ${other.title ?? ""}`);
      }
    }
  });
});

describe("limits on the dashboards", () => {
  const thresholdsOf = (title: string, panelTitle: string): unknown => {
    const found = panels.find(({ where }) => where === `${title} / ${panelTitle}`)?.panel;
    return found && "fieldConfig" in found ? found.fieldConfig?.defaults.thresholds?.steps : undefined;
  };

  it("are the dictionary's, as thresholds from red low to red high", () => {
    const voltage = dictionary.parameters.find(({ name }) => name === "battery_voltage");
    const limit = (severity: string, bound: string): number | undefined =>
      voltage?.limits?.normal.find((each) => each.severity === severity && each.bound === bound)?.value;
    assert.deepEqual(thresholdsOf("Subsystem Power", "Battery voltage"), [
      { value: null, color: "red" },
      { value: limit("red", "low"), color: "yellow" },
      { value: limit("yellow", "low"), color: "transparent" },
      { value: limit("yellow", "high"), color: "yellow" },
      { value: limit("red", "high"), color: "red" },
    ]);
  });

  it("are drawn for every limited parameter: as thresholds, or as lines where they change with the mode", () => {
    const missing = dictionary.parameters.filter((parameter) => {
      if (!parameter.limits) return false;
      const found = panels.find(
        ({ panel, dashboard }) =>
          dashboard.uid === `perigee-subsystem-${parameter.subsystem}` &&
          "targets" in panel &&
          panel.targets?.some(
            (target) =>
              "expr" in target && metricsOf(withoutVariables(String(target.expr))).includes(parameter.metric),
          ),
      )?.panel;
      if (!found || !("targets" in found)) return true;
      const steps = found.fieldConfig?.defaults.thresholds?.steps.map(({ value }) => value) ?? [];
      const hasLines = found.targets?.some(
        (target) => "expr" in target && String(target.expr).includes("bus_parameter_limit"),
      );
      return parameter.limits.byMode.size > 0
        ? !hasLines
        : !parameter.limits.normal.every(({ value }) => steps.includes(value));
    });
    assert.deepEqual(
      missing.map(({ metric }) => metric),
      [],
    );
  });
});

describe("the set of dashboards", () => {
  it("has names that bookmarks can rely on", () => {
    assert.deepEqual(
      all.map(({ uid }) => uid),
      [
        "perigee-fleet",
        "perigee-spacecraft",
        "perigee-subsystem-power",
        "perigee-subsystem-attitude",
        "perigee-subsystem-communications",
        "perigee-subsystem-computer",
        "perigee-subsystem-thermal",
        "perigee-subsystem-orbit",
        "perigee-link",
        "perigee-exporter",
      ],
    );
    assert.equal(homeDashboard, "perigee-fleet");
  });

  it("has links that lead to dashboards of the set, in the open", () => {
    const targets = JSON.stringify(all).matchAll(/\/d\/([a-z-]+)/g);
    const known = new Set(all.map(({ uid }) => uid));
    assert.deepEqual(
      [...new Set([...targets].map(([, uid]) => uid ?? ""))].filter((uid) => !known.has(uid)),
      [],
    );
    assert.doesNotMatch(JSON.stringify(all), /inControlsMenu/);
  });

  it("draws alarms, passes and reboots everywhere", () => {
    for (const { annotations } of all) {
      assert.deepEqual(
        annotations?.list?.map(({ name }) => name),
        ["Red alarms", "Yellow alarms", "Passes", "Reboots"],
      );
    }
  });

  it("is written as JSON by the command, the same each time", async function () {
    this.timeout(30_000);
    const folder = await mkdtemp(join(tmpdir(), "perigee-dashboards-"));
    try {
      const main = join(__dirname, "..", "..", "..", "dashboards", "main.ts");
      await promisify(execFile)(process.execPath, ["--require", "tsx/cjs", main, folder]);
      assert.equal((await readdir(folder)).length, all.length);
      for (const { file, json } of dashboardFiles(dictionary)) {
        assert.equal(await readFile(join(folder, file), "utf8"), json);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
