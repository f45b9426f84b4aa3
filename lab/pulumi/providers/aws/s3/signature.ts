/**
 * Verification of Signature Version 4 in the Authorization header, as S3 does it.
 * Source: Amazon S3 API reference, "Authenticating Requests: Using the Authorization Header".
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { CredentialsTable, RoleCredentials } from "../metadata/roleCredentials";
import { S3Error } from "./errors";

/** A request as it came, nothing decoded. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Values by name in small letters. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

export interface Verifier {
  readonly region: string;
  readonly now: Date;
  readonly credentials: CredentialsTable;
}

/** The sum that stands for a content that was not summed. */
export const unsignedPayload = "UNSIGNED-PAYLOAD";

const skewMs = 15 * 60_000;
const algorithm = "AWS4-HMAC-SHA256";

/**
 * Credentials that signed the request; undefined when it is not signed.
 * @throws S3Error when the signature, or what it is made with, is not good
 */
export function verify(request: SignedRequest, verifier: Verifier): RoleCredentials | undefined {
  const authorization = header(request, "authorization");
  if (authorization === undefined) return undefined;
  const { keyId, date, scope, signedHeaders, signature } = parsed(authorization, verifier.region);
  const time = signingTime(request, date, verifier.now);
  const signer = verifier.credentials[keyId];
  const token = header(request, "x-amz-security-token");
  if (signer === undefined || token === undefined) {
    throw new S3Error(
      "InvalidAccessKeyId",
      "The AWS Access Key Id you provided does not exist in our records.",
    );
  }
  if (!isSame(token, signer.token)) {
    throw new S3Error("InvalidToken", "The provided token is malformed or otherwise invalid.");
  }
  if (Date.parse(signer.expiration) <= verifier.now.getTime()) {
    throw new S3Error("ExpiredToken", "The provided token has expired.");
  }
  refuseUnsigned(request, signedHeaders);
  const toSign = [algorithm, time, scope, sha256(canonicalRequest(request, signedHeaders))].join("\n");
  if (!isSame(signature, signatureOf(signer.secretAccessKey, scope, toSign))) {
    throw new S3Error(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    );
  }
  return signer;
}

function parsed(authorization: string, region: string) {
  const malformed = (reason: string) =>
    new S3Error("AuthorizationHeaderMalformed", `The authorization header is malformed; ${reason}`);
  if (!authorization.startsWith(`${algorithm} `)) {
    throw new S3Error(
      "InvalidRequest",
      `The authorization mechanism you have provided is not supported. Please use ${algorithm}.`,
    );
  }
  const fields = new Map(
    authorization
      .slice(algorithm.length)
      .split(",")
      .map((field) => field.trim().split(/=(.*)/s, 2) as [string, string]),
  );
  const [keyId = "", date = "", given, service, end, ...more] = (fields.get("Credential") ?? "").split("/");
  const signedHeaders = (fields.get("SignedHeaders") ?? "").split(";");
  const signature = fields.get("Signature") ?? "";
  if (end !== "aws4_request" || more.length > 0) {
    throw malformed(
      'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  if (service !== "s3") throw malformed(`incorrect service "${service}". This endpoint belongs to "s3".`);
  if (given !== region) throw malformed(`the region '${given}' is wrong; expecting '${region}'`);
  if (!/^[0-9a-f]{64}$/.test(signature)) throw malformed("the Signature is not 64 hexadecimal digits.");
  return { keyId, date, scope: [date, given, service, end].join("/"), signedHeaders, signature };
}

/** The time in the request, which is of the day of the credential's scope and close to now. */
function signingTime(request: SignedRequest, date: string, now: Date): string {
  const time = header(request, "x-amz-date") ?? "";
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time);
  if (parts === null) {
    throw new S3Error("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header");
  }
  if (!time.startsWith(date)) {
    throw new S3Error(
      "AuthorizationHeaderMalformed",
      `The authorization header is malformed; Invalid credential date "${date}". This date is not the same as X-Amz-Date: "${time.slice(0, 8)}".`,
    );
  }
  const [, year, month, day, hour, minute, second] = parts;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (!(Math.abs(at - now.getTime()) <= skewMs)) {
    throw new S3Error(
      "RequestTimeTooSkewed",
      "The difference between the request time and the current time is too large.",
    );
  }
  return time;
}

function refuseUnsigned(request: SignedRequest, signedHeaders: readonly string[]): void {
  const open = [...request.headers.keys()].filter(
    (name) => (name === "host" || name.startsWith("x-amz-")) && !signedHeaders.includes(name),
  );
  if (open.length === 0) return;
  throw new S3Error(
    "AccessDenied",
    `There were headers present in the request which were not signed: ${open.join(", ")}`,
  );
}

export function canonicalRequest(request: SignedRequest, signedHeaders: readonly string[]): string {
  const headers = signedHeaders.map((name) => {
    const values = (request.headers.get(name) ?? []).map((value) => value.trim().replace(/\s+/g, " "));
    return `${name}:${values.join(",")}\n`;
  });
  return [
    request.method,
    request.path.split("/").map(recoded).join("/"),
    canonicalQuery(request.query),
    headers.join(""),
    signedHeaders.join(";"),
    header(request, "x-amz-content-sha256") ?? "",
  ].join("\n");
}

function canonicalQuery(query: string): string {
  const pairs = query.split("&").filter((pair) => pair !== "");
  return pairs
    .map((pair) => {
      const [name = "", value = ""] = pair.split(/=(.*)/s, 2);
      return `${recoded(name)}=${recoded(value)}`;
    })
    .sort()
    .join("&");
}

/** The same text with every character encoded that AWS encodes. */
function recoded(text: string): string {
  return encodeURIComponent(decoded(text)).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** @throws S3Error when it is not percent-encoded UTF-8 */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error("InvalidURI", "Couldn't parse the specified URI.");
  }
}

export function signatureOf(secret: string, scope: string, toSign: string): string {
  const key = scope.split("/").reduce<string | Buffer>((above, part) => hmac(above, part), `AWS4${secret}`);
  return hmac(key, toSign).toString("hex");
}

export function header(request: SignedRequest, name: string): string | undefined {
  return request.headers.get(name)?.[0];
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
