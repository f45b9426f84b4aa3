/** PromQL expressions in tests: syntax errors, selectors and metric names. */
import { parser } from "@prometheus-io/lezer-promql";

/** The expression with values in place of Grafana's variables, as Grafana sends it. */
export function withoutVariables(expr: string): string {
  return expr
    .replaceAll("$__rate_interval", "1m")
    .replaceAll("$__range", "1h")
    .replaceAll("$spacecraft", "perigee-1");
}

/** @returns the syntax errors; empty for a correct expression */
export function syntaxErrors(expr: string): string[] {
  const errors: string[] = [];
  parser.parse(expr).iterate({
    enter: (node) => {
      if (node.type.isError) errors.push(`${node.from}: ${expr.slice(node.from, node.to + 12)}`);
    },
  });
  return errors;
}

/** Selectors of an expression, as written: `up{job="a"}`. */
export function selectorsOf(expr: string): string[] {
  const selectors: string[] = [];
  parser.parse(expr).iterate({
    enter: (node) => {
      if (node.type.name === "VectorSelector") selectors.push(expr.slice(node.from, node.to));
    },
  });
  return selectors;
}

/** Metric names in an expression. */
export function metricsOf(expr: string): string[] {
  const names: string[] = [];
  parser.parse(expr).iterate({
    enter: (node) => {
      if (node.type.name === "Identifier" && node.node.parent?.type.name === "VectorSelector") {
        names.push(expr.slice(node.from, node.to));
      }
    },
  });
  return names;
}
