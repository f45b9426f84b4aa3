/** Addresses of the viewer: dashboards, with their variables and their range of time. */
import type { Link } from "./dashboard";

/** What an address says about the dashboard that it shows. */
export interface Address {
  readonly uid: string;
  readonly from?: string;
  readonly to?: string;
  readonly refresh?: string;
  readonly theme: "dark" | "light";
  /** Chosen values by variable. */
  readonly variables: ReadonlyMap<string, readonly string[]>;
}

/** Reads the path and the parameters of an address: `/d/<uid>/<slug>?var-x=1&from=now-1h`. */
export function parseAddress(path: string, search: string): Address {
  const parameters = new URLSearchParams(search);
  const variables = new Map<string, string[]>();
  for (const [name, value] of parameters) {
    if (!name.startsWith("var-")) continue;
    const variable = name.slice("var-".length);
    variables.set(variable, [...(variables.get(variable) ?? []), value]);
  }
  const single = (name: "from" | "to" | "refresh"): Partial<Address> => {
    const value = parameters.get(name);
    return value === null ? {} : { [name]: value };
  };
  return {
    uid: decodeURIComponent(/^\/d\/([^/]+)/.exec(path)?.[1] ?? ""),
    theme: parameters.get("theme") === "light" ? "light" : "dark",
    variables,
    ...single("from"),
    ...single("to"),
    ...single("refresh"),
  };
}

/** Parameters with the values of variables, e.g. `var-spacecraft=perigee-1`. */
export function variableParameters(variables: ReadonlyMap<string, readonly string[]>): string {
  const parameters = new URLSearchParams();
  for (const [name, values] of variables) {
    for (const value of values) parameters.append(`var-${name}`, value);
  }
  return parameters.toString();
}

/** Address of a dashboard's link with the variables and the range of time that it asks to keep. */
export function linkAddress(
  url: string,
  { keepTime, includeVars }: Pick<Link, "keepTime" | "includeVars">,
  { time, variables }: { time: string; variables: string },
): string {
  const more = [includeVars === true ? variables : "", keepTime === true ? time : ""].filter(
    (part) => part !== "",
  );
  if (more.length === 0) return url;
  return `${url}${url.includes("?") ? "&" : "?"}${more.join("&")}`;
}

/** True for an address that leads to a page of this viewer, or to the outside over HTTP: nothing that runs a script. */
export function isSafeLink(url: string): boolean {
  return /^(https?:\/\/|\/(?!\/)|\?|#)/i.test(url);
}
