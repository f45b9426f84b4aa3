import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { ensureProgram } from "../../../../lab/supply/toolchain/wheels";

/** An archive with one stored member, as APPNOTE.TXT lays it out: local header, content, directory, its end. */
function zipOf(name: string, content: Buffer): Buffer {
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(content.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), content]);
  const entry = Buffer.concat([
    Buffer.from("PK\x01\x02\x14\x00"),
    common,
    Buffer.alloc(14),
    Buffer.from(name),
  ]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(entry.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, entry, Buffer.from("PK\x05\x06"), end]);
}

describe("a program from a wheel", () => {
  const script = Buffer.from("#!/bin/sh\necho orbit\n");
  const archive = zipOf("thing-1.data/scripts/thing", script);
  const limits = { answerMs: 2000, silenceMs: 2000, fileMs: 5000, pausesMs: [10] };
  let server: Server;
  let served: (response: ServerResponse) => void;
  let folder: string;
  const cacheBefore = process.env["XDG_CACHE_HOME"];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-wheels-"));
    process.env["XDG_CACHE_HOME"] = folder;
    server = createServer((_, response) => served(response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(async () => {
    if (cacheBefore === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = cacheBefore;
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(() => (served = (response) => void response.end(archive)));

  const wheel = (changes: object = {}) => ({
    ...{ name: "thing", about: "a thing", file: "thing-1.whl", member: "thing-1.data/scripts/thing" },
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ab/`,
    sha256: createHash("sha256").update(archive).digest("hex"),
    ...changes,
  });
  const ensured = (changes?: object): Promise<string> =>
    ensureProgram(wheel(changes), () => undefined, limits);

  it("can be run, and is fetched once", async () => {
    const path = await ensured();
    assert.deepEqual(await readFile(path), script);
    assert.equal(execFileSync(path, { encoding: "utf8" }), "orbit\n");
    served = (response) => void response.writeHead(500).end();
    assert.equal(await ensured(), path);
  });

  it("is refused where the wheel is another one, has no such program, or cannot be had: by name, and nothing is kept", async () => {
    await assert.rejects(ensured({ sha256: "0".repeat(64) }), /is not what the lab was tested with: SHA-256/);
    await assert.rejects(ensured({ member: "other" }), /has no other/);
    served = (response) => void response.writeHead(404).end();
    await assert.rejects(ensured({ member: "gone" }), /thing is not at http.*thing-1\.whl any more/);
    served = (response) => void response.writeHead(503).end();
    await assert.rejects(ensured({ member: "gone" }), /thing cannot be had from http.*: HTTP 503/);
    served = (response) => void response.end(archive);
    await assert.rejects(ensured({ member: "other" }), /has no other/, "it is fetched again");
  });
});
