/** The settable values of a chart, as they were read from it, and what of some values is none of them. */
import { readFileSync } from "node:fs";

type Kind = "map" | "list" | "any" | "string" | "number" | "boolean";

/** A list of a chart's values, and what the list cannot say. */
export interface ValuesList {
  /** File of lines `path <tab> kind of its default`; map and list: free-form below; any: no default. */
  readonly file: string;
  /** Values that templates read and that have no default, so that the list cannot have them; with where they are read. */
  readonly withoutDefault?: Readonly<Record<string, string>>;
  /** Free-form though they have defaults inside: files of other programs, lists of names. */
  readonly freeForm?: readonly string[];
}

/** A function that gives the paths of values that the chart does not know, or knows as something else. */
export function unknownPathsOf({ file, withoutDefault = {}, freeForm = [] }: ValuesList) {
  const listed = new Map(
    readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line): [string, Kind] => {
        const [path = "", kind = "any"] = line.split("\t");
        return [path, kind as Kind];
      }),
  );
  return function unknownPaths(values: unknown, path = ""): string[] {
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
  };
}
