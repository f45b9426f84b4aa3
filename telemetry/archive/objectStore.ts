/** A place in an object store that speaks S3, to which files are written and nothing else. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { pipeline } from "node:stream/promises";
import { sign } from "aws4";
import * as z from "zod";
import { bucketMissing, isPlace, lacksBucket } from "./storeAddress";

/** Schema of the file that says where the place is, and who writes to it. */
const storeFileSchema = z.strictObject({
  url: z
    .string()
    .refine(isPlace, "must be the https:// or http:// address of a bucket or a folder in one, and no more")
    .refine((url) => !lacksBucket(url), bucketMissing)
    .describe("`https://BUCKET.s3.REGION.amazonaws.com/FOLDER`, or `https://HOST/BUCKET/FOLDER`"),
  region: z.string().min(1).default("us-east-1"),
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
  /** Of credentials that end. */
  sessionToken: z.string().min(1).optional(),
  /** Certificates (PEM) that the store's is verified with, in place of the public ones. */
  certificateAuthority: z.string().optional(),
});

export type StorePlace = z.infer<typeof storeFileSchema>;

/**
 * The place that a file describes. It is read at each pass: keys that are renewed count within a minute.
 * @throws Error that says what is wrong, without a value of the file
 */
export async function readStorePlace(file: string): Promise<StorePlace> {
  const text = await readFile(file, "utf8");
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error(`${file} is not JSON`);
  }
  const parsed = storeFileSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`${file}: ${problems.join("; ")}`);
}

/** Time in which nothing is sent or answered, after which a request has failed. */
const silentMilliseconds = 30_000;
/** Bytes of a refusal that are read. */
const mostRefusalBytes = 16 * 1024;

/** File of which the first bytes are written: what is added meanwhile comes another time. */
export interface Written {
  readonly path: string;
  readonly bytes: number;
  /** Name of the object below the place, with slashes. */
  readonly name: string;
}

/** A file that this machine cannot read: nothing of the store's. */
export class UnreadableFile extends Error {
  readonly isMissing: boolean;

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
  }
}

/**
 * Writes the first bytes of a file as an object. The store checks them by their SHA-256.
 * @throws UnreadableFile where the file is the reason
 * @throws Error with the store's own words when it refuses, or the system's when it does not answer
 */
export async function putObject(
  place: StorePlace,
  { path, bytes, name }: Written,
  signal: AbortSignal,
): Promise<void> {
  const content = { start: 0, end: bytes - 1, signal };
  const sum = await sha256(createReadStream(path, content), signal);
  const url = new URL(place.url);
  const { accessKeyId, secretAccessKey, sessionToken } = place;
  const signed = sign(
    {
      ...{ service: "s3", region: place.region, method: "PUT" },
      ...{ host: url.host, path: `${url.pathname.replace(/\/*$/, "")}/${encodedName(name)}` },
      headers: {
        "content-length": bytes,
        "content-type": "application/octet-stream",
        "x-amz-content-sha256": sum.toString("hex"),
        // A bucket that locks its objects asks for a sum of this kind.
        "x-amz-checksum-sha256": sum.toString("base64"),
      },
    },
    { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
  );
  const options: RequestOptions = {
    ...{ method: "PUT", path: signed.path, headers: signed.headers, signal, timeout: silentMilliseconds },
    ...(place.certificateAuthority !== undefined && { ca: place.certificateAuthority }),
  };
  const ask = url.protocol === "https:" ? httpsRequest : httpRequest;
  const { promise: answer, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const request = ask(url.origin, options, (response) => {
    let body = "";
    response.setEncoding("utf8");
    response.on("data", (part: string) => {
      if (body.length < mostRefusalBytes) body += part;
    });
    response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    response.on("error", reject);
  });
  request.on("timeout", () => request.destroy(new Error(`nothing for ${silentMilliseconds / 1000} s`)));
  request.on("error", reject);
  // A store that refuses may answer, and close, before it has read all.
  const sent = pipeline(createReadStream(path, content), request);
  sent.catch(reject);
  const { status, body } = await answer;
  // One that accepts what it has not read has not got it.
  if (status === 200) return sent;
  request.destroy();
  throw new Error(refusal(status, body));
}

async function sha256(content: AsyncIterable<unknown>, signal: AbortSignal): Promise<Buffer> {
  const sum = createHash("sha256");
  try {
    for await (const part of content) sum.update(part as Buffer);
  } catch (error) {
    throw signal.aborted ? error : new UnreadableFile(error);
  }
  return sum.digest();
}

/** Each part encoded as S3 and its signature want it: also what encodeURIComponent leaves. */
const encodedName = (name: string): string =>
  name
    .split("/")
    .map((part) =>
      encodeURIComponent(part).replace(
        /[!'()*]/g,
        (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join("/");

/** What a store says, in one line: its document has the request's signature too. */
function refusal(status: number, body: string): string {
  const said = ["Code", "Message"].map(
    (name) => new RegExp(`<${name}>([^<]{1,300})</${name}>`).exec(body)?.[1],
  );
  const words = said.filter((each) => each !== undefined).join(": ");
  return `the store answers ${status} ${words}`.trimEnd();
}
