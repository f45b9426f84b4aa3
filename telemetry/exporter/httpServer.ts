/** HTTP server of the exporter: metrics, page, state document, liveness and readiness. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type ConnectionLimits, Connections } from "./connections";
import { contentTypes, type ExpositionFormat } from "./exposition";
import { expositionFormat, takesGzip } from "./negotiation";
import { Rendered } from "./rendered";

/** What the page shows of a spacecraft. */
export interface Documents {
  readonly state: () => unknown;
  readonly recent: () => unknown;
}

export interface HttpContent {
  /** Text of /metrics; undefined: it is served elsewhere. */
  readonly metrics?: (format: ExpositionFormat) => string;
  /** HTML page for users. */
  readonly page: string;
  /** Documents of each spacecraft by its name; those of the first one where none is asked for. */
  readonly documents: ReadonlyMap<string, Documents>;
  /** True while the exporter is ready for datagrams; false once it drains or stops. */
  readonly isReady: () => boolean;
  readonly onError: (error: unknown) => void;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
  /** The body compressed, where that pays. */
  readonly gzip?: () => Buffer;
}

const text = (status: number, body: string): Answer => ({
  status,
  type: "text/plain; charset=utf-8",
  body: Buffer.from(`${body}\n`),
});

/** Size below which compression does not pay. */
const smallBytes = 1024;

function rendered(type: string, document: Rendered): Answer {
  const body = document.body();
  const gzip = { gzip: () => document.gzip() };
  return { status: 200, type, body, ...(body.length >= smallBytes && gzip) };
}

/** Answers by path. Those that cost time are made anew only as often as their making allows. */
class Answers {
  private readonly metrics: Readonly<Record<ExpositionFormat, Rendered>> | undefined;
  private readonly documents: ReadonlyMap<string, { readonly [Name in keyof Documents]: Rendered }>;
  private readonly page: Rendered;

  constructor(private readonly content: HttpContent) {
    const { metrics } = content;
    this.metrics = metrics && {
      text: new Rendered(() => metrics("text")),
      openmetrics: new Rendered(() => metrics("openmetrics")),
    };
    const json = (make: () => unknown): Rendered => new Rendered(() => JSON.stringify(make()));
    this.documents = new Map(
      [...content.documents].map(([name, { state, recent }]) => [
        name,
        { state: json(state), recent: json(recent) },
      ]),
    );
    this.page = new Rendered(() => content.page);
  }

  /** @param target of the request: path and query, or a whole URL (RFC 9112, 3.2.2) */
  to(target: string, accept: string | undefined): Answer {
    const [path = "", query] = target.replace(/^https?:\/\/[^/?]*/i, "").split("?");
    switch (path || "/") {
      case "/metrics": {
        if (this.metrics === undefined) return this.unknown();
        const format = expositionFormat(accept);
        return rendered(contentTypes[format], this.metrics[format]);
      }
      case "/healthz":
        return text(200, "ok");
      case "/readyz":
        return this.content.isReady() ? text(200, "ready") : text(503, "not ready");
      case "/":
        return rendered("text/html; charset=utf-8", this.page);
      case "/state.json":
        return this.document("state", query);
      case "/recent.json":
        return this.document("recent", query);
      default:
        return this.unknown();
    }
  }

  private unknown(): Answer {
    const metrics = this.metrics ? " /metrics," : "";
    return text(404, `not found; there are /,${metrics} /state.json, /recent.json, /healthz and /readyz`);
  }

  private document(kind: keyof Documents, query: string | undefined): Answer {
    const names = [...this.documents.keys()];
    const name = new URLSearchParams(query).get("spacecraft") ?? names[0] ?? "";
    const documents = this.documents.get(name);
    if (documents) return rendered("application/json; charset=utf-8", documents[kind]);
    return text(404, `spacecraft: there is none of that name; there are ${names.join(", ")}`);
  }
}

/** Content security policy of the page: inline script and style, connections to this server only. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answers: Answers,
  connections: Connections,
): void {
  const isRead = request.method === "GET" || request.method === "HEAD";
  const { status, type, body, gzip } = isRead
    ? answers.to(request.url ?? "/", request.headers.accept)
    : text(405, "only GET and HEAD");
  const compressed = takesGzip(String(request.headers["accept-encoding"] ?? "")) ? gzip?.() : undefined;
  const sent = compressed ?? body;
  response.writeHead(status, {
    "content-type": type,
    "content-length": sent.length,
    ...(compressed && { "content-encoding": "gzip" }),
    vary: "accept, accept-encoding",
    "cache-control": "no-store",
    "content-security-policy": contentSecurityPolicy,
    "x-content-type-options": "nosniff",
    ...(isRead ? {} : { allow: "GET, HEAD" }),
  });
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  connections.sending(request.socket, response, sent.length);
  response.end(sent);
}

/**
 * HTTP server for the page and the probes, and for /metrics where the content has them.
 * @throws the system's error (EADDRINUSE, EACCES, ...) when the port is not available
 */
export async function listenHttp(
  port: number,
  host: string,
  content: HttpContent,
  limits?: ConnectionLimits,
): Promise<Server> {
  const answers = new Answers(content);
  const connections = new Connections(limits);
  // Node looks for connections past their time only this often; its default of 30 s would make 5 s into 30 s.
  const server = createServer({ connectionsCheckingInterval: 1_000 }, (request, response) => {
    if (!connections.begin(request.socket, response)) return;
    try {
      respond(request, response, answers, connections);
    } catch (error) {
      content.onError(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  });
  server.on("connection", (socket) => connections.add(socket));
  // A slow client must not block the exporter: a scrape takes milliseconds.
  server.headersTimeout = 5_000;
  server.requestTimeout = 10_000;
  // Also of a client that does not read its answer.
  server.timeout = 10_000;
  server.listen(port, host);
  await once(server, "listening");
  return server;
}

/** Closes the server; responses in progress have at most two seconds to finish. */
export async function closeHttp(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), 2_000);
  await closed;
  clearTimeout(late);
}
