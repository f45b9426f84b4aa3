/** Passage to Prometheus: the paths of its query API that read, and nothing else. */
import type { IncomingMessage } from "node:http";

/** Path of the API behind a path of the passage; undefined when it is not let through. */
export function allowedPath(path: string): string | undefined {
  const inside = /^\/api\/datasources\/proxy\/uid\/[\w-]+(\/api\/v1\/.*)$/.exec(path)?.[1];
  return inside !== undefined && readingPaths.test(inside) ? inside : undefined;
}

/** Label names are letters, digits, `_`, and `:`; a slash or dots in them would leave the path. */
const readingPaths = /^\/api\/v1\/(query|query_range|series|labels|label\/[\w:]+\/values|rules|alerts)$/;

/** Paths that take their parameters as a form too. */
export function takesForm(path: string): boolean {
  return /\/(query|query_range|series|labels)$/.test(path);
}

export interface ProxyAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Longer than Prometheus' own limit of a query would be of no use to a page that refreshes. */
const limitMs = 30_000;
const mostFormBytes = 256 * 1024;
const formType = "application/x-www-form-urlencoded";

/** Prometheus' answer; in its own format when it gives none. */
export async function ask(
  prometheus: string,
  path: string,
  search: string,
  request: IncomingMessage,
): Promise<ProxyAnswer> {
  try {
    const isForm = request.method === "POST";
    const body = isForm ? await formOf(request) : undefined;
    const response = await fetch(`${prometheus.replace(/\/$/, "")}${path}${search}`, {
      method: isForm ? "POST" : "GET",
      ...(body !== undefined && { body, headers: { "content-type": formType } }),
      signal: AbortSignal.timeout(limitMs),
      redirect: "error",
    });
    const type = response.headers.get("content-type") ?? "application/json";
    return { status: response.status, type, body: await response.text() };
  } catch (error) {
    const { name, message, cause } = error as Error;
    const why = name === "TimeoutError" ? `no answer within ${limitMs / 1000} s` : message;
    const said = cause instanceof Error ? `${why}: ${cause.message}` : why;
    return {
      status: name === "TooLarge" ? 413 : 502,
      type: "application/json",
      body: JSON.stringify({ status: "error", errorType: "unavailable", error: `Prometheus: ${said}` }),
    };
  }
}

async function formOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > mostFormBytes) throw Object.assign(new Error("the form is too large"), { name: "TooLarge" });
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
