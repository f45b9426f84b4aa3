/** Content of an object on its way in: written whole or not at all, and only if it is what its sender says. */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { S3Error } from "./errors";
import type { S3Request } from "./request";
import { header, unsignedPayload } from "./signature";

/** Largest content of one request. */
const mostBytes = 5 * 2 ** 30;

/**
 * Writes a request's content to a file.
 * @throws S3Error when its length or one of its sums is another than the request says
 */
export async function receive(request: S3Request, path: string): Promise<{ size: number; md5: string }> {
  const expected = header(request, "content-length");
  if (expected === undefined) {
    throw new S3Error("MissingContentLength", "You must provide the Content-Length HTTP header.");
  }
  if (Number(expected) > mostBytes) {
    throw new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
  }
  const [md5, sha256] = [createHash("md5"), createHash("sha256")];
  let size = 0;
  const file = await open(path, "wx", 0o600);
  try {
    for await (const chunk of request.body() as AsyncIterable<Buffer>) {
      size += chunk.length;
      md5.update(chunk);
      sha256.update(chunk);
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (size !== Number(expected)) {
    throw new S3Error(
      "IncompleteBody",
      "You did not provide the number of bytes specified by the Content-Length HTTP header",
    );
  }
  compare(request, md5.copy().digest("base64"), sha256.digest());
  return { size, md5: md5.digest("hex") };
}

function compare(request: S3Request, md5: string, sha256: Buffer): void {
  const signed = header(request, "x-amz-content-sha256");
  if (signed !== undefined && signed !== unsignedPayload && signed !== sha256.toString("hex")) {
    throw new S3Error(
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  const sums = {
    "content-md5": { actual: md5, name: "Content-MD5" },
    "x-amz-checksum-sha256": { actual: sha256.toString("base64"), name: "SHA256" },
  };
  for (const [each, { actual, name }] of Object.entries(sums)) {
    const given = header(request, each);
    if (given !== undefined && given !== actual) {
      throw new S3Error("BadDigest", `The ${name} you specified did not match the calculated checksum.`);
    }
  }
}
