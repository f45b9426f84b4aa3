import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { putObject } from "../../../../telemetry/archive/objectStore";

describe("an object", () => {
  it("is not written where the store accepts it before it has read all, and closes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "perigee-object-"));
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => {
        socket.pause();
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        setTimeout(() => socket.destroy(), 200);
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const path = join(folder, "file");
      const bytes = 32 * 1024 * 1024;
      writeFileSync(path, Buffer.alloc(bytes));
      const { port } = server.address() as AddressInfo;
      const place = {
        ...{ url: `http://127.0.0.1:${port}/bucket`, region: "us-east-1" },
        ...{ accessKeyId: "a", secretAccessKey: "b" },
      };
      const written = putObject(place, { path, bytes, name: "file" }, AbortSignal.timeout(8_000));
      await assert.rejects(written);
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
  });
});
