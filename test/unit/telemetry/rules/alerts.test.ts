import assert from "node:assert/strict";
import { loadDictionary } from "../../../../telemetry/dictionary";
import { alertsOf, type RuleFile, ruleFile } from "../../../../telemetry/rules";
import { type AlertCase, testCases, titleOf } from "./alertCase";
import { contactCases } from "./cases/contactCases";
import { exporterCases } from "./cases/exporterCases";
import { keepingCases } from "./cases/keepingCases";
import { limitCases } from "./cases/limitCases";
import { linkCases } from "./cases/linkCases";
import { modeCases } from "./cases/modeCases";
import { ruleCases } from "./cases/ruleCases";
import { spacecraftCases } from "./cases/spacecraftCases";

const dictionary = loadDictionary();
const rules = ruleFile(dictionary);
const limits = limitCases(dictionary);
const isLimitGroup = (name: string): boolean => name.startsWith("perigee-limits-");
const groupsWhere = (wanted: (name: string) => boolean): RuleFile => ({
  groups: rules.groups.filter((group) => wanted(group.name)),
});

const cases: readonly AlertCase[] = [
  ...linkCases,
  ...contactCases,
  ...spacecraftCases,
  ...exporterCases,
  ...keepingCases,
  ...ruleCases,
  ...limits.cases,
  ...modeCases,
];

describe("alerts, as promtool evaluates them", () => {
  const failures = testCases(rules, cases);

  it("says nothing about a case that is not ours", () => {
    const titles = new Set(cases.map(titleOf));
    assert.deepEqual(
      [...failures().keys()].filter((title) => !titles.has(title)),
      [],
    );
  });
});

describe("the cases", () => {
  const names = [...new Set(alertsOf(rules).map((rule) => rule.alert))];
  const having = (wanted: (each: AlertCase) => boolean): string[] =>
    names.filter((alert) => !cases.some((each) => each.alert === alert && wanted(each)));

  it("show every alert firing", () => {
    assert.deepEqual(
      having((each) => each.firing.length > 0),
      [],
    );
  });

  it("show every alert silent", () => {
    assert.deepEqual(
      having((each) => each.firing.length === 0 && Object.keys(each.series).length > 0),
      [],
    );
  });

  it("show every alert that has to last for a time silent until then", () => {
    const lasting = new Set(alertsOf(rules).flatMap((rule) => (rule.for === undefined ? [] : rule.alert)));
    const ofLimits = ["BusParameterYellow", "BusParameterRed"]; // "... while no parameter has been beyond"
    assert.deepEqual(
      having((each) => each.notYetAt !== undefined).filter(
        (alert) => lasting.has(alert) && !ofLimits.includes(alert),
      ),
      [],
    );
  });

  it("show every single limit rule firing", () => {
    const rulesOfLimits = alertsOf(groupsWhere(isLimitGroup)).map(
      ({ alert, labels }) => `${alert} ${labels["parameter"] ?? ""} ${labels["bound"] ?? ""}`,
    );
    const crossed = limits.crossed.map(
      ({ parameter, limit }) =>
        `${limit.severity === "red" ? "BusParameterRed" : "BusParameterYellow"} ${parameter.metric} ${limit.bound}`,
    );
    assert.deepEqual(crossed.toSorted(), rulesOfLimits.toSorted());
  });

  it("have titles of their own", () => {
    const titles = cases.map(titleOf);
    assert.deepEqual(
      titles.filter((title, i) => titles.indexOf(title) !== i),
      [],
    );
  });
});
