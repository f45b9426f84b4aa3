/** S3 over HTTP and HTTPS, for buckets by their own names: `https://BUCKET.s3.REGION.amazonaws.com/KEY`. */
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { pipeline } from "node:stream/promises";
import type { TLSSocket } from "node:tls";
import type { CredentialsTable } from "../metadata/roleCredentials";
import { partitionOf } from "../partitions";
import { callerOf } from "./authorization";
import { notImplemented, S3Error } from "./errors";
import { perform } from "./operations";
import type { S3Answer, S3Request, S3Sources } from "./request";
import { decoded, header, type SignedRequest, unsignedPayload, verify } from "./signature";

export interface ServedS3 extends S3Sources {
  readonly region: string;
  credentials(): Promise<CredentialsTable>;
}

/** The servers, which do not listen yet. Their log has each request and its outcome, and no content and no token. */
export function s3Servers(
  sources: ServedS3,
  tls: { readonly key: string; readonly cert: string },
  log: (line: string) => void,
): { https: Server; http: Server } {
  const listener: RequestListener = (request, response) => {
    void serve(request, response, sources, log);
  };
  const servers = { https: createHttpsServer(tls, listener) as Server, http: createHttpServer(listener) };
  // Who asks first hears a refusal before it sends the content.
  for (const server of Object.values(servers)) server.on("checkContinue", listener);
  return servers;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  sources: ServedS3,
  log: (line: string) => void,
): Promise<void> {
  const requestId = randomBytes(8).toString("hex").toUpperCase();
  const about = `${request.socket.remoteAddress} ${request.method} ${request.headers.host}${request.url}`;
  response.setHeader("server", "AmazonS3");
  response.setHeader("x-amz-request-id", requestId);
  try {
    const answer = await answerTo(request, response, sources);
    log(`${about} ${answer.status}`);
    await send(request, response, answer);
  } catch (error) {
    const known = error instanceof S3Error ? error : undefined;
    const refusal =
      known ?? new S3Error("InternalError", "We encountered an internal error. Please try again.");
    const reason = error instanceof Error ? error.message : String(error);
    log(`${about} ${refusal.status} ${refusal.code}: ${reason}`);
    if (response.headersSent) return void response.destroy();
    const body = refusal.document((request.url ?? "").replace(/\?.*/s, ""), requestId);
    // What was not read of the content is in the way of the next request.
    const headers = { ...refusal.headers, "content-type": "application/xml", connection: "close" };
    await send(request, response, { status: refusal.status, headers, body }).catch(() => response.destroy());
  }
}

async function answerTo(
  request: IncomingMessage,
  response: ServerResponse,
  sources: ServedS3,
): Promise<S3Answer> {
  const asked = signedRequest(request);
  const { bucket, key } = targetOf(asked, sources.region);
  const parameters = parametersOf(asked.query);
  // A signature in the query would else be no signature.
  if (parameters.has("X-Amz-Algorithm")) throw notImplemented("signed URLs");
  if (header(asked, "authorization") !== undefined) refuseSum(asked);
  const signer = verify(asked, {
    region: sources.region,
    now: sources.now(),
    credentials: await sources.credentials(),
  });
  const caller = await sources.cloud.look((account) => signer && callerOf(account, signer));
  if (signer !== undefined && caller === undefined) {
    throw new S3Error(
      "InvalidAccessKeyId",
      "The AWS Access Key Id you provided does not exist in our records.",
    );
  }
  const secure = (request.socket as Partial<TLSSocket>).encrypted === true;
  const body = () => {
    if (request.headers.expect !== undefined) response.writeContinue();
    return request;
  };
  const full: S3Request = { ...asked, bucket, key, parameters, caller, secure, body };
  return perform(full, sources);
}

function signedRequest(request: IncomingMessage): SignedRequest {
  const [path = "", query = ""] = (request.url ?? "").split(/\?(.*)/s, 2);
  const headers = new Map<string, string[]>();
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const name = (request.rawHeaders[at] ?? "").toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), request.rawHeaders[at + 1] ?? ""]);
  }
  return { method: request.method ?? "", path, query, headers };
}

/** Bucket and key, from the name that was asked for and the path. */
function targetOf(request: SignedRequest, region: string): { bucket: string; key: string } {
  const host = (header(request, "host") ?? "").replace(/:\d+$/, "").toLowerCase();
  const suffix = `.s3.${region}.${partitionOf(region).dnsSuffix}`;
  if (!host.endsWith(suffix)) throw notImplemented(`the host ${host}`);
  return { bucket: host.slice(0, -suffix.length), key: decoded(request.path.replace(/^\//, "")) };
}

function parametersOf(query: string): Map<string, string> {
  const pairs = query.split("&").filter((pair) => pair !== "");
  return new Map(
    pairs.map((pair) => {
      const [name = "", value = ""] = pair.split(/=(.*)/s, 2);
      return [decoded(name), decoded(value)];
    }),
  );
}

function refuseSum(request: SignedRequest): void {
  const sum = header(request, "x-amz-content-sha256");
  if (sum === undefined) {
    throw new S3Error("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  }
  if (sum.startsWith("STREAMING-")) throw notImplemented("contents that are signed in chunks");
  if (sum === unsignedPayload || /^[0-9a-f]{64}$/.test(sum)) return;
  throw new S3Error(
    "InvalidArgument",
    `x-amz-content-sha256 must be ${unsignedPayload}, or a valid sha256 value.`,
  );
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body, file }: S3Answer,
): Promise<void> {
  response.writeHead(status, headers);
  if (file !== undefined && request.method !== "HEAD") await pipeline(createReadStream(file), response);
  else response.end(request.method === "HEAD" ? undefined : body);
}
