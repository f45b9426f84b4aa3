/** HTTP server of the viewer: the small part of Grafana's API that reads, the passage to Prometheus, and the page. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isSignedIn, type SignIn } from "./access";
import type { Catalogue } from "./catalogue";
import type { PageFile } from "./files";
import { allowedPath, ask, takesForm } from "./proxy";

export interface ServerContent {
  readonly catalogue: Catalogue;
  readonly files: ReadonlyMap<string, PageFile>;
  readonly homeFile: string;
  readonly prometheus: { readonly url: string; readonly interval: string };
  readonly signIn?: SignIn;
  readonly version: string;
  readonly onError: (error: unknown) => void;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Emotion, which Grafana's components use, makes `<style>` elements; everything else comes from this server. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  ...["object-src", "base-uri", "form-action", "frame-ancestors"].map((name) => `${name} 'none'`),
].join("; ");

const securityHeaders = {
  "content-security-policy": contentSecurityPolicy,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
} as const;

/** Handler of all requests. */
function handler(content: ServerContent): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    answer(request, content)
      .catch((error: unknown): Answer => {
        content.onError(error);
        return json(500, { message: "internal error" });
      })
      .then(({ status, headers = {}, body = "" }) => {
        const length = Buffer.byteLength(body);
        response.writeHead(status, { ...securityHeaders, "content-length": length, ...headers });
        response.end(request.method === "HEAD" ? undefined : body);
      })
      .catch(content.onError);
  };
}

async function answer(request: IncomingMessage, content: ServerContent): Promise<Answer> {
  const { pathname: path, search } = new URL(request.url ?? "/", "http://localhost");
  const through = allowedPath(path);
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (!isRead && !(request.method === "POST" && through !== undefined && takesForm(through))) {
    return { ...json(405, { message: "this viewer only reads" }), ...allow };
  }
  if (path === "/api/health") return health(content);
  if (content.signIn !== undefined && !isSignedIn(request.headers.authorization, content.signIn)) {
    return { ...json(401, { message: "sign in with Grafana's name and password" }), ...challenge };
  }
  if (through !== undefined) {
    const { status, type, body } = await ask(content.prometheus.url, through, search, request);
    return { status, headers: { "content-type": type, "cache-control": "no-store" }, body };
  }
  return path.startsWith("/api/") ? api(path, content) : page(path, request, content);
}

const allow = { headers: { allow: "GET, HEAD", "content-type": "application/json" } };
const challenge = {
  headers: { "www-authenticate": 'Basic realm="Perigee dashboards"', "content-type": "application/json" },
};

function json(status: number, value: unknown): Answer {
  const headers = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
  return { status, headers, body: JSON.stringify(value) };
}

function health({ version }: ServerContent): Answer {
  return json(200, { database: "ok", version });
}

function api(path: string, { catalogue, prometheus }: ServerContent): Answer {
  if (path === "/api/search") return withProblem(json(200, catalogue.search()), catalogue.problem);
  if (path === "/api/datasources") {
    const jsonData = { timeInterval: prometheus.interval };
    return json(200, [
      { uid: "prometheus", name: "Prometheus", type: "prometheus", isDefault: true, jsonData },
    ]);
  }
  const uid = /^\/api\/dashboards\/uid\/([^/]+)$/.exec(path)?.[1];
  const known = uid === undefined ? undefined : catalogue.get(decoded(uid));
  if (known === undefined) {
    return json(404, { message: uid === undefined ? "Not found" : "Dashboard not found" });
  }
  const { dashboard, folder } = known;
  const meta = {
    ...{ url: catalogue.pathOf(dashboard.uid), folderTitle: folder || "General" },
    ...{ provisioned: true, canSave: false, canEdit: false, canAdmin: false },
  };
  return withProblem(json(200, { dashboard, meta }), catalogue.problem);
}

/** The answer, with why the dashboards may be old: headers hold no other characters. */
function withProblem(answered: Answer, problem: string | undefined): Answer {
  if (problem === undefined) return answered;
  const text = problem.replace(/[^\x20-\x7e]+/g, " ").slice(0, 500);
  return { ...answered, headers: { ...answered.headers, "x-perigee-problem": text } };
}

function page(path: string, request: IncomingMessage, { catalogue, files, homeFile }: ServerContent): Answer {
  if (path === "/") {
    const uid = catalogue.home(homeFile);
    if (uid !== undefined) {
      return { status: 302, headers: { location: catalogue.pathOf(uid), "cache-control": "no-store" } };
    }
  }
  const isPage = path === "/" || /^\/d\/[^/]+(\/[^/]*)?$/.test(path);
  const file = files.get(isPage ? "/index.html" : path);
  if (file === undefined) {
    return { status: 404, headers: { "content-type": "text/plain" }, body: "not found\n" };
  }
  const headers = {
    "content-type": file.type,
    "cache-control": file.caching,
    etag: file.tag,
    vary: "accept-encoding",
  };
  if (request.headers["if-none-match"] === file.tag) return { status: 304, headers };
  const takesGzip = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
  if (!takesGzip || file.packed === undefined) return { status: 200, headers, body: file.body };
  return { status: 200, headers: { ...headers, "content-encoding": "gzip" }, body: file.packed };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/**
 * Server that listens.
 * @throws the system's error (EADDRINUSE, EACCES, ...) when the port is not available
 */
export async function listen(port: number, host: string, content: ServerContent): Promise<Server> {
  const server = createServer(handler(content));
  server.requestTimeout = 30_000;
  server.headersTimeout = 10_000;
  server.listen(port, host);
  await once(server, "listening");
  return server;
}
