/** HTTP server of the exporter: metrics, page, state document, liveness and readiness. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Registry } from "@prometheus-io/client";

export interface HttpContent {
  readonly registry: Registry;
  /** HTML page for users. */
  readonly page: string;
  readonly stateDocument: () => unknown;
  /** True while the exporter is ready for datagrams; false once it drains or stops. */
  readonly isReady: () => boolean;
  readonly onError: (error: unknown) => void;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const text = (status: number, body: string): Answer => ({
  status,
  type: "text/plain; charset=utf-8",
  body: `${body}\n`,
});

async function answer(path: string, content: HttpContent): Promise<Answer> {
  switch (path) {
    case "/metrics":
      return { status: 200, type: content.registry.contentType, body: await content.registry.metrics() };
    case "/healthz":
      return text(200, "ok");
    case "/readyz":
      return content.isReady() ? text(200, "ready") : text(503, "not ready");
    case "/":
      return { status: 200, type: "text/html; charset=utf-8", body: content.page };
    case "/state.json":
      return {
        status: 200,
        type: "application/json; charset=utf-8",
        body: JSON.stringify(content.stateDocument()),
      };
    default:
      return text(404, "not found; there are /, /metrics, /state.json, /healthz and /readyz");
  }
}

/** Content security policy of the page: inline script and style, connections to this server only. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  content: HttpContent,
): Promise<void> {
  const isRead = request.method === "GET" || request.method === "HEAD";
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  const { status, type, body } = isRead ? await answer(path, content) : text(405, "only GET and HEAD");
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "content-security-policy": contentSecurityPolicy,
    "x-content-type-options": "nosniff",
    ...(isRead ? {} : { allow: "GET, HEAD" }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/**
 * HTTP server for /metrics, the page and the probes.
 * @throws the system's error (EADDRINUSE, EACCES, ...) when the port is not available
 */
export async function listenHttp(port: number, host: string, content: HttpContent): Promise<Server> {
  const server = createServer((request, response) => {
    respond(request, response, content).catch((error: unknown) => {
      content.onError(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  // A slow client must not block the exporter: a scrape takes milliseconds.
  server.requestTimeout = 10_000;
  server.headersTimeout = 5_000;
  server.maxConnections = 256;
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
