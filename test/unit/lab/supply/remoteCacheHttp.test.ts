import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { join } from "node:path";
import { RemoteCache } from "../../../../lab/supply/remoteCache/remoteCache";
import { remoteCacheSettings } from "../../../../lab/supply/remoteCache/settings";
import { type Limits } from "../../../../lab/supply/remoteCache/source";
import { product, TestCache } from "../../../support/lab/remoteCache";

const quick: Limits = { answerMs: 300, silenceMs: 300, fileMs: 1000, pausesMs: [10, 10] };

describe("a remote cache behind a web server", () => {
  let cache: TestCache;
  let server: Server;
  let asked: string[] = [];
  /** Answers in the server's place; true when it did. */
  let instead: (path: string, response: ServerResponse, request: IncomingMessage) => boolean;

  beforeEach(async () => {
    cache = await TestCache.make();
    asked = [];
    instead = () => false;
    server = createServer((request, response) => {
      const path = request.url ?? "";
      asked.push(path);
      if (instead(path, response, request)) return;
      readFile(join(cache.folder, path)).then(
        (content) => response.setHeader("content-length", content.length).end(content),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    process.env["PERIGEE_LAB_CACHE"] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await cache.remove();
  });

  const isArchive = (path: string): boolean => path.endsWith(".tar.zst");
  /** Answer of the cache with limits of a test; its target is {@link TestCache.path} `to`. */
  const quickly = async (): Promise<boolean> => {
    const { settings } = await remoteCacheSettings();
    assert.ok(settings);
    const target = { folder: cache.path("to"), archive: cache.path("to.tar.zst") };
    return new RemoteCache(settings, quick).take(product, target, (line) => cache.said.push(line));
  };

  it("has a product that is missing here", async () => {
    assert.equal(await cache.ask(), "theirs");
    assert.equal(asked.length, 3);
  });

  it("is asked for its sums once, for however many products", async () => {
    await cache.ask();
    await cache.ask({ ...product, key: "cd34" });
    assert.equal(asked.filter((path) => path.endsWith("SUMS")).length, 1);
  });

  it("gets the credentials of its URL, and nobody else does", async () => {
    process.env["PERIGEE_LAB_CACHE"] = process.env["PERIGEE_LAB_CACHE"]?.replace("//", "//user:secret@");
    instead = (_, response, { headers }) => {
      if (headers.authorization === `Basic ${Buffer.from("user:secret").toString("base64")}`) return false;
      response.writeHead(401).end();
      return true;
    };
    assert.equal(await cache.ask(), "theirs");
    await rm(cache.archive);
    await rm(cache.path("home"), { recursive: true });
    assert.equal(await cache.ask(), "built");
    assert.doesNotMatch(cache.said.join(), /secret/);
  });

  it("that is not there is missed once: the reason, and everything is built", async () => {
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await quickly(), false);
    assert.match(
      cache.said.join("\n"),
      /^the cache http:\S+ cannot be read \(.*ECONNREFUSED.*\): what is missing is made here$/,
    );
    server.listen();
  });

  it("that is away is not waited for again by the next product", async () => {
    instead = (_, response) => Boolean(response.writeHead(403).end());
    assert.equal(await cache.ask(), "built");
    assert.equal(await cache.ask({ ...product, key: "cd34" }), "built");
    assert.equal(asked.length, 1);
    assert.deepEqual(
      cache.said.map((line) => /HTTP 403/.test(line)),
      [true],
    );
  });

  it("with an error of its own is asked three times", async () => {
    instead = (_, response) => Boolean(response.writeHead(500).end());
    assert.equal(await quickly(), false);
    assert.equal(asked.length, 3);
    assert.match(cache.said.join(), /HTTP 500/);
  });

  it("that does not answer is given up", async () => {
    instead = () => true;
    assert.equal(await quickly(), false);
    assert.match(cache.said.join(), /no answer within 0\.3 s/);
  });

  it("that falls silent in the middle is given up, and nothing is kept", async () => {
    instead = (path, response) => {
      if (!isArchive(path)) return false;
      response.setHeader("content-length", 1000).write("half");
      return true;
    };
    assert.equal(await quickly(), false);
    assert.match(cache.said.join(), /nothing more for 0\.3 s/);
    await assert.rejects(readFile(cache.path("to.tar.zst")), /ENOENT/);
  });

  it("that sends a byte at a time is given up too", async () => {
    instead = (path, response) => {
      if (!isArchive(path)) return false;
      const timer = setInterval(() => response.write("x"), 50);
      response.on("close", () => clearInterval(timer));
      return true;
    };
    assert.equal(await quickly(), false);
    assert.match(cache.said.join(), /not complete after 1 s/);
  });

  it("that goes away half-way and comes back has the product all the same", async () => {
    let cuts = 0;
    instead = (path, response) => {
      if (!isArchive(path) || cuts === 2) return false;
      cuts++;
      response.setHeader("content-length", 1000).write("half", () => response.destroy());
      return true;
    };
    assert.equal(await cache.ask(), "theirs");
    assert.equal(cuts, 2);
  });

  it("that goes away half-way for good leaves the product to be built, and nothing else", async () => {
    instead = (path, response) => {
      if (isArchive(path)) response.setHeader("content-length", 1000).write("half", () => response.destroy());
      return isArchive(path);
    };
    assert.equal(await cache.ask(), "built");
    assert.match(cache.said.join(), /cannot be read/);
  });

  it("that has another archive than was signed is refused", async () => {
    instead = (path, response) => isArchive(path) && Boolean(response.end("something else"));
    await assert.rejects(cache.ask(), /its SHA-256 is/);
    assert.equal(cache.builds, 0);
  });
});
