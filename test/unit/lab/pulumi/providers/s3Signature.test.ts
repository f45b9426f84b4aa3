import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { RoleCredentials } from "../../../../../lab/pulumi/providers/aws/metadata/roleCredentials";
import { S3Error } from "../../../../../lab/pulumi/providers/aws/s3/errors";
import {
  canonicalRequest,
  signatureOf,
  type SignedRequest,
  verify,
} from "../../../../../lab/pulumi/providers/aws/s3/signature";

/** The examples of the Amazon S3 API reference, "Authenticating Requests: Using the Authorization Header". */
const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const emptySum = createHash("sha256").update("").digest("hex");
const examples: Readonly<
  Record<string, { method: string; path: string; query?: string; headers: object; signature: string }>
> = {
  "GET of an object": {
    method: "GET",
    path: "/test.txt",
    headers: { range: "bytes=0-9", "x-amz-content-sha256": emptySum },
    signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  },
  "PUT of an object": {
    method: "PUT",
    path: "/test$file.text",
    headers: {
      date: "Fri, 24 May 2013 00:00:00 GMT",
      "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
    },
    signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  },
  "GET of a bucket's life cycle": {
    method: "GET",
    path: "/",
    query: "lifecycle",
    headers: { "x-amz-content-sha256": emptySum },
    signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  },
  "list of a bucket": {
    method: "GET",
    path: "/",
    query: "prefix=J&max-keys=2",
    headers: { "x-amz-content-sha256": emptySum },
    signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  },
};

describe("Signature Version 4, as AWS' reference computes it", () => {
  for (const [name, { method, path, query = "", headers, signature }] of Object.entries(examples)) {
    it(name, () => {
      const all = { host: "examplebucket.s3.amazonaws.com", "x-amz-date": "20130524T000000Z", ...headers };
      const request = {
        method,
        path,
        query,
        headers: new Map(Object.entries(all).map(([key, value]) => [key, [String(value)]])),
      };
      const canonical = canonicalRequest(request, Object.keys(all).sort());
      const scope = "20130524/us-east-1/s3/aws4_request";
      const sum = createHash("sha256").update(canonical).digest("hex");
      const toSign = ["AWS4-HMAC-SHA256", "20130524T000000Z", scope, sum].join("\n");
      assert.equal(signatureOf(secret, scope, toSign), signature);
    });
  }
});

describe("a request to the lab's S3 that is signed", () => {
  const now = new Date("2026-11-26T12:00:00Z");
  const signer: RoleCredentials = {
    accessKeyId: "ASIAEXAMPLE",
    secretAccessKey: secret,
    token: "token",
    role: "machine",
    instanceId: "i-1",
    lastUpdated: "2026-11-26T11:00:00Z",
    expiration: "2026-11-26T17:00:00Z",
  };
  const scope = "20261126/eu-central-1/s3/aws4_request";

  function signed(
    changes: Readonly<Record<string, string>> = {},
    inScope = scope,
    names?: string[],
  ): SignedRequest {
    const headers: Record<string, string> = {
      host: "b.s3.eu-central-1.amazonaws.com",
      "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
      "x-amz-date": "20261126T120000Z",
      "x-amz-security-token": "token",
      ...changes,
    };
    const asMap = () => new Map(Object.entries(headers).map(([name, value]) => [name, [value]]));
    const request = { method: "PUT", path: "/ground/one", query: "", headers: asMap() };
    const list = names ?? Object.keys(headers).sort();
    const sum = createHash("sha256").update(canonicalRequest(request, list)).digest("hex");
    const signature = signatureOf(
      secret,
      inScope,
      ["AWS4-HMAC-SHA256", headers["x-amz-date"], inScope, sum].join("\n"),
    );
    headers["authorization"] =
      `AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/${inScope}, SignedHeaders=${list.join(";")}, Signature=${signature}`;
    return { ...request, headers: asMap() };
  }

  const outcome = (request: SignedRequest, at = now): string => {
    try {
      const found = verify(request, {
        region: "eu-central-1",
        now: at,
        credentials: { ASIAEXAMPLE: signer },
      });
      return found?.role ?? "nobody";
    } catch (error) {
      assert.ok(error instanceof S3Error, String(error));
      return error.code;
    }
  };
  const without = (request: SignedRequest, name: string): SignedRequest => ({
    ...request,
    headers: new Map([...request.headers].filter(([each]) => each !== name)),
  });
  const minutes = (count: number) => new Date(now.getTime() + count * 60_000);

  it("is that of the credentials' role", () => assert.equal(outcome(signed()), "machine"));
  it("is nobody's without a signature", () =>
    assert.equal(outcome(without(signed(), "authorization")), "nobody"));

  it("is refused when method, path, query or a header is another than the signed one", () => {
    const request = signed();
    for (const change of [
      { method: "GET" },
      { path: "/ground/two" },
      { query: "versionId=1" },
      { headers: new Map([...request.headers, ["x-amz-content-sha256", [emptySum]]]) },
    ]) {
      assert.equal(outcome({ ...request, ...change }), "SignatureDoesNotMatch");
    }
  });

  it("is refused 15 minutes from now, on either side", () => {
    for (const count of [-15, 15]) assert.equal(outcome(signed(), minutes(count)), "machine");
    for (const count of [-15.1, 15.1]) {
      assert.equal(outcome(signed(), minutes(count)), "RequestTimeTooSkewed");
    }
    assert.equal(outcome(signed({ "x-amz-date": "20261126T250000Z" })), "RequestTimeTooSkewed");
  });

  it("is refused for another day, region or service than its scope names", () => {
    for (const other of [
      "20261125/eu-central-1/s3/aws4_request",
      "20261126/us-east-1/s3/aws4_request",
      "20261126/eu-central-1/ec2/aws4_request",
      "20261126/eu-central-1/s3",
    ]) {
      assert.equal(outcome(signed({}, other)), "AuthorizationHeaderMalformed", other);
    }
  });

  it("is refused with a token that is wrong, missing or has expired, and a key that nobody has", () => {
    assert.equal(outcome(signed({ "x-amz-security-token": "tokem" })), "InvalidToken");
    assert.equal(outcome(without(signed(), "x-amz-security-token")), "InvalidAccessKeyId");
    const late = signed({ "x-amz-date": "20261126T170000Z" });
    assert.equal(outcome(late, new Date("2026-11-26T17:00:00Z")), "ExpiredToken");
    const other = signed();
    const authorization = other.headers.get("authorization")?.[0]?.replace("ASIAEXAMPLE", "ASIAOTHER") ?? "";
    assert.equal(
      outcome({ ...other, headers: new Map([...other.headers, ["authorization", [authorization]]]) }),
      "InvalidAccessKeyId",
    );
  });

  it("is refused when it has headers of AWS' that are not signed", () => {
    const names = ["host", "x-amz-content-sha256", "x-amz-date"];
    assert.equal(outcome(signed({}, scope, names)), "AccessDenied");
  });

  it("is refused without a time, and by another mechanism", () => {
    assert.equal(outcome(without(signed(), "x-amz-date")), "AccessDenied");
    const old = new Map([["authorization", ["AWS AKIA:abc="]]]);
    assert.equal(outcome({ ...signed(), headers: old }), "InvalidRequest");
  });
});
