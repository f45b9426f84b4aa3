import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { TestCache } from "../../../support/lab/remoteCache";

const repository = "/v2/owner/lab";

describe("a remote cache in a registry that wants tokens", () => {
  let cache: TestCache;
  let server: Server;
  let origin = "";
  let asked: string[] = [];
  let token = "";
  let layers = 1;
  const blobs = new Map<string, Buffer>();

  /** The file of a tag, as crane would have pushed it, by its digest. */
  const pushed = async (tag: string): Promise<string> => {
    const isSum = tag.startsWith("SHA256SUMS");
    const content = await readFile(join(cache.folder, isSum ? tag : `${tag}.tar.zst`));
    const blob = isSum ? zstdCompressSync(content) : content;
    const digest = `sha256:${createHash("sha256").update(blob).digest("hex")}`;
    blobs.set(digest, blob);
    return digest;
  };

  const answer = async ({ url = "", headers }: IncomingMessage, response: ServerResponse): Promise<void> => {
    asked.push(url);
    if (url.startsWith("/token")) return void response.end(JSON.stringify({ token: "for-nobody" }));
    if (headers.authorization !== `Bearer ${token}`) {
      const challenge = `Bearer realm="${origin}/token",service="registry.test",scope="repository:owner/lab:pull"`;
      return void response.writeHead(401, { "www-authenticate": challenge }).end();
    }
    const [kind, name = ""] = url.slice(repository.length + 1).split("/");
    if (kind === "blobs") return void response.end(blobs.get(name));
    const layer = { digest: await pushed(name) };
    response.end(JSON.stringify({ schemaVersion: 2, layers: Array.from({ length: layers }, () => layer) }));
  };

  beforeEach(async () => {
    cache = await TestCache.make();
    [asked, token, layers] = [[], "for-nobody", 1];
    server = createServer((request, response) => {
      answer(request, response).catch(() => response.writeHead(404).end());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    origin = `http://${host}`;
    process.env["PERIGEE_LAB_CACHE"] = `oci://${host}/owner/lab`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await cache.remove();
  });

  it("gets one where the registry says, once, and has the product", async () => {
    assert.equal(await cache.ask(), "theirs");
    const tokens = asked.filter((path) => path.startsWith("/token"));
    assert.deepEqual(tokens, ["/token?service=registry.test&scope=repository%3Aowner%2Flab%3Apull"]);
  });

  it("and refuses the one that it gave, is of no use: everything is built, and why is said once", async () => {
    token = "another";
    assert.equal(await cache.ask(), "built");
    assert.match(
      cache.said.join("\n"),
      /^the cache oci:\S+ cannot be read \(HTTP 401\): what is missing is made here$/,
    );
  });

  it("with more than a file behind a tag, is of no use", async () => {
    layers = 2;
    assert.equal(await cache.ask(), "built");
    assert.match(cache.said.join(), /has not one layer/);
  });
});
