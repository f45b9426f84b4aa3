/** Variables in texts: `$name`, `${name}`, `${name.path}`, `${name:format}`, as Grafana's documentation describes them. */

/** Value of a variable: several when it allows a choice of several. */
export type VariableValue = string | readonly string[];

/** Value by name and path (`labels.job` of `${__field.labels.job}`); undefined: no such variable, the text stays. */
export type Lookup = (name: string, path: string) => VariableValue | undefined;

/** How a variable becomes text where it does not name a format itself. */
export type Format = (value: VariableValue) => string;

const reference = /\$(?:(\w+)|\{(\w+)(?:\.([^:}]+))?(?::([^}]+))?\})/g;

/** The text with each known variable replaced. */
export function interpolate(text: string, lookup: Lookup, byDefault: Format): string {
  return text.replace(
    reference,
    (whole: string, bare?: string, braced?: string, path?: string, name?: string) => {
      const value = lookup(bare ?? braced ?? "", path ?? "");
      if (value === undefined) return whole;
      return (name === undefined ? byDefault : (formats[name] ?? byDefault))(value);
    },
  );
}

/** In a query: several values become alternatives of a regular expression, as a matcher with `=~` expects. */
export const inQuery: Format = (value) => {
  if (typeof value === "string") return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  const parts = value.map(escapedTwice);
  return parts.length === 1 ? (parts[0] ?? "") : `(${parts.join("|")})`;
};

export const inText: Format = (value) => list(value).join(", ");

export const inAddress: Format = (value) => list(value).map(encodeURIComponent).join(",");

const formats: Readonly<Record<string, Format>> = {
  csv: (value) => list(value).join(","),
  doublequote: (value) =>
    list(value)
      .map((one) => `"${one.replaceAll('"', '\\"')}"`)
      .join(","),
  glob: (value) => (list(value).length > 1 ? `{${list(value).join(",")}}` : list(value).join("")),
  json: (value) => JSON.stringify(value),
  percentencode: (value) => encodeURIComponent(list(value).join(",")),
  pipe: (value) => list(value).join("|"),
  raw: (value) => list(value).join(","),
  regex: (value) => {
    const parts = list(value).map(escaped);
    return parts.length === 1 ? (parts[0] ?? "") : `(${parts.join("|")})`;
  },
  singlequote: (value) =>
    list(value)
      .map((one) => `'${one.replaceAll("'", "\\'")}'`)
      .join(","),
  text: inText,
  uriencode: inAddress,
};

const list = (value: VariableValue): readonly string[] => (typeof value === "string" ? [value] : value);

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** In PromQL a regular expression is inside a string: its backslashes are escaped once more. */
const escapedTwice = (text: string): string =>
  text
    .replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"');
