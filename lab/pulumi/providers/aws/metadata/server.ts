/** Instance metadata as EC2 gives it (IMDSv2): who asks is known by the address that it asks from. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { map, text } from "../../rpc/values";
import type { Account, CloudResource } from "../account";
import { documentsOf, type Entry, type Folder, instanceAt, type Surroundings } from "./documents";
import { SessionTokens } from "./sessionTokens";

export interface MetadataSources extends Surroundings {
  /** The account at this moment. */
  account(): Promise<Account>;
  now(): Date;
}

/** Versions of the documents that clients ask for; the lab has one. */
const versions = ["2009-04-04", "2016-09-02", "2018-09-24", "2021-03-23", "latest"];

const lifeHeader = "x-aws-ec2-metadata-token-ttl-seconds";
const tokenHeader = "x-aws-ec2-metadata-token";

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const refusals = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  500: "Internal Server Error",
} as const;

/**
 * The server, which does not listen yet. Its log has what was refused: Spot machines ask every five seconds for a
 * document that is not there. It has no document and no token.
 * @param addressOf address of the machine that asks; a test names another than the connection's
 */
export function metadataServer(
  sources: MetadataSources,
  log: (line: string) => void,
  addressOf = ({ socket }: IncomingMessage): string => socket.remoteAddress ?? "",
): Server {
  const tokens = new SessionTokens(() => sources.now());
  return createServer((request, response) => {
    const address = addressOf(request);
    answerTo(request, address, sources, tokens)
      .catch((error: unknown) => {
        log(`${address}: ${error instanceof Error ? error.message : String(error)}`);
        return refusal(500);
      })
      .then((answer) => {
        const outcome = answer?.status ?? "no answer: not a machine";
        if (outcome !== 200 && outcome !== 404) log(`${address} ${request.method} ${request.url} ${outcome}`);
        send(response, answer);
      })
      .catch(() => response.destroy());
  });
}

/** EC2's answer; undefined when no instance has this address: on AWS nobody else can ask. */
async function answerTo(
  request: IncomingMessage,
  address: string,
  sources: MetadataSources,
  tokens: SessionTokens,
): Promise<Answer | undefined> {
  const account = await sources.account();
  const instance = instanceAt(account, address);
  if (instance === undefined) return undefined;
  if (option(instance, "httpEndpoint") === "disabled") return refusal(403);
  const path = segments(request.url ?? "");
  if (path === undefined) return refusal(400);
  if (path.join("/") === "latest/api/token") return tokenFor(request, instance, tokens);
  if (request.method !== "GET" && request.method !== "HEAD") return refusal(405);
  const token = request.headers[tokenHeader];
  const admitted =
    token === undefined
      ? option(instance, "httpTokens") === "optional"
      : tokens.isValid(instance.id, String(token));
  if (!admitted) return refusal(401);
  const documents = documentsOf(account, instance, sources);
  const body = await content(find(Object.fromEntries(versions.map((name) => [name, documents])), path));
  return body === undefined ? refusal(404) : { status: 200, body };
}

function tokenFor(request: IncomingMessage, { id }: CloudResource, tokens: SessionTokens): Answer {
  if (request.method !== "PUT") return refusal(405);
  // A proxy that forwards requests of others adds this header.
  if (request.headers["x-forwarded-for"] !== undefined) return refusal(403);
  const life = request.headers[lifeHeader];
  const token = tokens.issue(id, typeof life === "string" ? life : undefined);
  return token === undefined
    ? refusal(400)
    : { status: 200, body: token, headers: { [lifeHeader]: String(life) } };
}

function option({ properties }: CloudResource, name: string): string | undefined {
  return text(map(properties, "metadataOptions"), name);
}

/** Names of a path, without empty ones: EC2 answers alike with and without a slash at the end. */
function segments(url: string): string[] | undefined {
  try {
    const { pathname } = new URL(url.replace(/^\/+/, "/"), "http://metadata");
    return pathname
      .split("/")
      .filter((name) => name !== "")
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function find(root: Folder, path: readonly string[]): Entry | undefined {
  let entry: Entry | undefined = root;
  for (const name of path) {
    if (entry === undefined || !isFolder(entry)) return undefined;
    entry = Object.hasOwn(entry, name) ? entry[name] : undefined;
  }
  return entry;
}

/** Text of a document, or list of a folder that has something in it. */
async function content(entry: Entry | undefined): Promise<string | undefined> {
  if (entry === undefined || typeof entry === "string") return entry;
  if (typeof entry === "function") return entry();
  if (Object.keys(entry).length === 0) return undefined;
  return Object.entries(entry)
    .map(([name, child]) => (isFolder(child) ? `${name}/` : name))
    .join("\n");
}

function isFolder(entry: Entry): entry is Folder {
  return typeof entry === "object";
}

function refusal(status: keyof typeof refusals): Answer {
  return { status, body: `${status} - ${refusals[status]}\n` };
}

function send(response: ServerResponse, answer: Answer | undefined): void {
  if (answer === undefined) return void response.destroy();
  response.writeHead(answer.status, { "content-type": "text/plain", server: "EC2ws", ...answer.headers });
  response.end(answer.body);
}
