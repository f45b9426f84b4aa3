/** The settable values of the chart, as they were read from it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

type Kind = "map" | "list" | "any" | "string" | "number" | "boolean";

const file = join(__dirname, "kube-prometheus-stack-88.5.3-values.tsv");

/** Path -> kind of its default. */
const listed: ReadonlyMap<string, Kind> = new Map(
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line): [string, Kind] => {
      const [path = "", kind = "any"] = line.split("\t");
      return [path, kind as Kind];
    }),
);

/** Values that templates read and that have no default, so that the list cannot have them; with where they are read. */
const withoutDefault: Readonly<Record<string, string>> = {
  "alertmanager.alertmanagerSpec.configSecret": "templates/alertmanager/alertmanager.yaml",
  "grafana.service.nodePort": "charts/grafana/templates/service.yaml",
};

/** Free-form though they have defaults inside: files of other programs, lists of names. */
const freeForm = ["grafana.grafana.ini", "defaultRules.disabled"];

/** The paths of these values that the chart does not know, or knows as something else. */
export function unknownPaths(values: unknown, path = ""): string[] {
  if (path in withoutDefault || freeForm.includes(path)) return [];
  const kind = listed.get(path);
  if (kind === "map") {
    return typeof values === "object" && !Array.isArray(values) ? [] : [`${path}: not a map`];
  }
  if (kind === "list") return Array.isArray(values) ? [] : [`${path}: not a list`];
  if (kind === "any") return [];
  if (kind !== undefined) return typeof values === kind ? [] : [`${path}: ${typeof values}, not ${kind}`];
  if (typeof values !== "object" || values === null || Array.isArray(values)) return [path];
  return Object.entries(values).flatMap(([key, value]) =>
    unknownPaths(value, path === "" ? key : `${path}.${key}`),
  );
}
