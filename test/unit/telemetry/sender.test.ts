import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { sender } from "../../../telemetry/cli/sender";

describe("a sender by TCP", () => {
  const sockets: Socket[] = [];
  let server: Server;
  before(async () => {
    // Takes connections, reads nothing and closes nothing.
    server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => sockets.push(socket));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it("is through with a packet that nobody reads when the command is stopped", async () => {
    const stop = new AbortController();
    const failures: string[] = [];
    const { port } = server.address() as AddressInfo;
    const target = { kind: "tcp", host: "127.0.0.1", port } as const;
    const sending = sender(target, { spacecraftId: 1 }, (why) => failures.push(why), stop.signal);
    const sent = sending.send(Buffer.alloc(64 * 1024 * 1024));
    setTimeout(() => stop.abort(), 200);
    await sent;
    await sending.send(Buffer.alloc(64 * 1024 * 1024));
    sending.close();
    assert.deepEqual(failures, []);
  });
});
