import { parser } from "@prometheus-io/lezer-promql";

/** What Grafana puts in for its variables when it sends a query. */
export function withoutVariables(expr: string): string {
  return expr
    .replaceAll("$__rate_interval", "1m")
    .replaceAll("$__range", "1h")
    .replaceAll("$spacecraft", "perigee-1");
}

/** @returns what cannot be parsed; empty: a correct expression */
export function syntaxErrors(expr: string): string[] {
  const errors: string[] = [];
  parser.parse(expr).iterate({
    enter: (node) => {
      if (node.type.isError) errors.push(`${node.from}: ${expr.slice(node.from, node.to + 12)}`);
    },
  });
  return errors;
}

/** The selectors of an expression as they are written: `up{job="a"}`. */
export function selectorsOf(expr: string): string[] {
  const selectors: string[] = [];
  parser.parse(expr).iterate({
    enter: (node) => {
      if (node.type.name === "VectorSelector") selectors.push(expr.slice(node.from, node.to));
    },
  });
  return selectors;
}

/** The metrics that an expression names. */
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
