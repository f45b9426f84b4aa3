/** Variables of a dashboard as state: their options are asked for in order, since one may depend on another. */
import type { TimeRange } from "@grafana/data";
import { useEffect, useState } from "react";
import type { Dashboard, Variable } from "../model/dashboard";
import { inQuery, interpolate, type VariableValue } from "../model/interpolate";
import type { Address } from "../model/links";
import { chosenValues, listedOptions, optionsOf, parseVariableQuery, valueOf } from "../model/variables";
import { type DataSource, labelNames, labelValues, queryInstant } from "./api";
import { messageOf } from "./queries";

interface Option {
  readonly text: string;
  readonly value: string;
}

/** A variable with its options and what is chosen. */
export interface Choice {
  readonly variable: Variable;
  readonly options: readonly Option[];
  readonly chosen: readonly string[];
  readonly problem?: string;
}

export interface Variables {
  readonly choices: readonly Choice[];
  readonly values: ReadonlyMap<string, VariableValue>;
}

interface Known {
  readonly of: Dashboard;
  readonly variables: Variables;
}

/** The variables; undefined until their options are known. A new range of time asks again, and keeps the old ones meanwhile. */
export function useVariables(
  dashboard: Dashboard | undefined,
  address: Address,
  range: TimeRange,
  sources: readonly DataSource[],
): Variables | undefined {
  const [known, setKnown] = useState<Known>();
  const asked = JSON.stringify([...address.variables]);
  useEffect(() => {
    let isOver = false;
    if (dashboard === undefined || sources.length === 0) return;
    void resolved(dashboard, address, range, sources).then((variables) => {
      if (!isOver) setKnown((before) => kept(before, { of: dashboard, variables }));
    });
    return () => {
      isOver = true;
    };
  }, [dashboard, asked, range, sources]);
  return known !== undefined && known.of === dashboard ? known.variables : undefined;
}

/** The old state where nothing is new, so that nothing is drawn again. */
function kept(before: Known | undefined, after: Known): Known {
  const text = ({ variables: { choices, values } }: Known): string => JSON.stringify([choices, [...values]]);
  return before?.of === after.of && text(before) === text(after) ? before : after;
}

async function resolved(
  dashboard: Dashboard,
  address: Address,
  range: TimeRange,
  sources: readonly DataSource[],
): Promise<Variables> {
  const values = new Map<string, VariableValue>();
  const choices: Choice[] = [];
  for (const variable of dashboard.templating?.list ?? []) {
    let options: Option[] = [];
    let problem: string | undefined;
    try {
      options = await optionsFor(variable, values, range, sources);
    } catch (error) {
      problem = messageOf(error);
    }
    const names = options.map(({ value }) => value);
    const asked = address.variables.get(variable.name) ?? [];
    const chosen = chosenValues(variable, asked, names);
    values.set(variable.name, valueOf(variable, chosen, names));
    choices.push({ variable, options, chosen, ...(problem !== undefined && { problem }) });
  }
  return { choices, values };
}

async function optionsFor(
  variable: Variable,
  values: ReadonlyMap<string, VariableValue>,
  range: TimeRange,
  sources: readonly DataSource[],
): Promise<Option[]> {
  const query = typeof variable.query === "string" ? variable.query : (variable.query?.query ?? "");
  switch (variable.type) {
    case "datasource":
      return sources
        .filter(({ type }) => type === query)
        .map(({ uid, name }) => ({ text: name, value: uid }));
    case "query": {
      const filled = (text: string): string => interpolate(text, (name) => values.get(name), inQuery);
      const uid = filled(variable.datasource?.uid ?? "");
      const source = sources.find((one) => one.uid === uid) ?? sources[0];
      const found = await askedOptions(filled(query), source?.uid ?? "", range);
      return optionsOf(variable, found).map((value) => ({ text: value, value }));
    }
    case "custom":
    case "interval":
      return listedOptions(query);
    case "constant":
    case "textbox":
      return [{ text: query, value: query }];
    default:
      throw new Error(`this viewer does not know variables of type ${variable.type}`);
  }
}

async function askedOptions(query: string, source: string, range: TimeRange): Promise<string[]> {
  const span = { fromMs: range.from.valueOf(), toMs: range.to.valueOf() };
  const parsed = parseVariableQuery(query);
  switch (parsed.kind) {
    case "labelValues":
      return labelValues(source, parsed.label, parsed.selector, span);
    case "labelNames":
      return (await labelNames(source, span)).filter((name) => new RegExp(parsed.pattern).test(name));
    case "metrics":
      return (await labelValues(source, "__name__", undefined, span)).filter((name) =>
        new RegExp(parsed.pattern).test(name),
      );
    case "queryResult": {
      const answer = await queryInstant(source, parsed.expression, span.toMs);
      if (answer.resultType !== "vector") return [];
      return answer.result.map(({ metric: { __name__: name = "", ...labels }, value: [seconds, value] }) => {
        const inside = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
        return `${name}{${inside.join(",")}} ${value} ${Math.round(seconds * 1000)}`;
      });
    }
  }
}
