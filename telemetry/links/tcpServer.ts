/** TCP server of a link: stations connect and send a stream each. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Link } from "./link";
import type { Transport, TransportEvents } from "./transport";

/** Clients at the same time; beyond them, the one that has sent nothing for longest is closed. */
const mostClients = 16;
/** Silence after which the system asks whether the client is still there. */
const keepAliveMilliseconds = 10_000;

/** @throws the system's error (EADDRINUSE, EACCES, ...) when the port is not available */
export async function listenTcp(link: Link, { onError }: TransportEvents): Promise<Transport> {
  /** In the order of their last bytes. */
  const clients = new Set<Socket>();
  let connects = 0;
  const server = createServer({ keepAlive: true, keepAliveInitialDelay: keepAliveMilliseconds }, (socket) => {
    connects++;
    clients.add(socket);
    const [longestSilent] = clients;
    if (clients.size > mostClients) longestSilent?.destroy();
    const stream = link.stream();
    socket.on("data", (chunk) => {
      clients.delete(socket);
      clients.add(socket);
      stream.push(chunk);
    });
    // A connection that breaks is no failure of the exporter: the count of connections tells.
    socket.on("error", () => undefined);
    socket.once("close", () => {
      clients.delete(socket);
      stream.end();
    });
  });
  server.listen(link.source.port, link.source.host);
  await once(server, "listening");
  server.on("error", onError);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    connections: () => clients.size,
    connects: () => connects,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of clients) socket.destroy();
      await closed;
    },
  };
}
