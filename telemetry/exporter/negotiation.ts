/** Content negotiation of /metrics: exposition format and compression, from the request's headers. */
import type { ExpositionFormat } from "./exposition";

/** One element of an Accept header: a name, its parameters and its weight. */
interface Accepted {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly weight: number;
}

/**
 * Elements of an Accept or Accept-Encoding header (RFC 9110, 12.5). A weight that is no number counts as 0.
 * Prometheus adds parameters (`escaping`) that a library matching whole media types would refuse.
 */
function accepted(header: string | undefined): Accepted[] {
  return (header ?? "").split(",").map((element) => {
    const [name = "", ...rest] = element.split(";").map((part) => part.trim().toLowerCase());
    const parameters = new Map(
      rest.map((part) => {
        const [key = "", value = ""] = part.split("=");
        return [key.trim(), value.trim().replace(/^"(.*)"$/, "$1")] as const;
      }),
    );
    const weight = Number(parameters.get("q") ?? 1);
    return { name, parameters, weight: weight >= 0 && weight <= 1 ? weight : 0 };
  });
}

/** OpenMetrics where the client asks for it by name and does not like the text format better. */
export function expositionFormat(accept: string | undefined): ExpositionFormat {
  const all = accepted(accept);
  const weightOf = (wanted: string, versions: readonly string[]): number =>
    Math.max(
      0,
      ...all
        .filter(({ name, parameters }) => {
          const version = parameters.get("version");
          return name === wanted && (version === undefined || versions.includes(version));
        })
        .map(({ weight }) => weight),
    );
  const openMetrics = weightOf("application/openmetrics-text", ["1.0.0"]);
  return openMetrics > 0 && openMetrics >= weightOf("text/plain", ["0.0.4"]) ? "openmetrics" : "text";
}

/** True when the client takes gzip: by name, or by `*` where it does not name gzip. */
export function takesGzip(acceptEncoding: string | undefined): boolean {
  const all = accepted(acceptEncoding);
  const chosen = all.find(({ name }) => name === "gzip") ?? all.find(({ name }) => name === "*");
  return chosen !== undefined && chosen.weight > 0;
}
