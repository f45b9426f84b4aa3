/** Links over TCP: a server that stations connect to, and a client that connects again whenever it is cut off. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Log } from "../log";
import { backOffSeconds } from "./backOff";
import type { LinkCounts } from "./linkCounts";
import type { LinkReader } from "./linkReader";
import type { LinkSetting } from "./linkSetting";

/** A started link. */
export interface StartedLink {
  /** True while packets can come: it listens, or it is connected. */
  isUp(): boolean;
  /** Port that it listens on; undefined for a client. */
  readonly port: number | undefined;
  close(): Promise<void>;
}

export interface TcpLinkArgs {
  readonly setting: LinkSetting;
  readonly counts: LinkCounts;
  /** Reader of a new connection. */
  readonly reader: () => LinkReader;
  readonly log: Log;
}

/** Most connections of a server at once: each has buffers of a few hundred KiB. */
const mostConnections = 8;
const connectMilliseconds = 10_000;
/** Idle time until the system asks whether the peer is still there: a dead one is found in some minutes. */
const keepAliveMilliseconds = 15_000;

/** @throws the system's error when the port is not available */
export async function listenTcp({ setting, counts, reader, log }: TcpLinkArgs): Promise<StartedLink> {
  const sockets = new Set<Socket>();
  const link = setting.name;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    const peer = `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? "?"}`;
    log.info("a station connected", { link, peer });
    receive(socket, counts, reader());
    socket.on("close", () => {
      sockets.delete(socket);
      log.info("a station disconnected", { link, peer });
    });
  });
  server.maxConnections = mostConnections;
  server.on("drop", (peer) =>
    log.warn("a connection was refused: too many", {
      link,
      peer: peer?.remoteAddress,
      most: mostConnections,
    }),
  );
  server.listen(setting.port, setting.host);
  await once(server, "listening");
  server.on("error", (error) => log.error("a link failed", { link, error: String(error) }));
  const address = server.address();
  return {
    isUp: () => server.listening,
    port: typeof address === "object" ? address?.port : undefined,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Client that connects now, and again with growing waits. A station that is not there is no error: passes end. */
export function connectTcp({ setting, counts, reader, log }: TcpLinkArgs): StartedLink {
  const { name: link, host, port } = setting;
  let failures = 0;
  let socket: Socket | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isUp = false;
  let isClosed = false;

  const attempt = (): void => {
    const made = connect({ host, port });
    socket = made;
    let why = "closed by the station";
    made.setTimeout(connectMilliseconds, () => made.destroy(new Error("no answer")));
    made.on("connect", () => {
      made.setTimeout(0);
      isUp = true;
      log.info("connected", { link });
      receive(made, counts, reader());
    });
    // A connection that gave something was a good one; one that is closed at once is waited for as one refused.
    made.once("data", () => (failures = 0));
    made.on("error", (error) => (why = error.message));
    made.on("close", () => {
      failures++;
      // Not each of the many attempts of a night.
      if (isUp || failures === 1) log.warn("not connected; trying again", { link, reason: why });
      isUp = false;
      if (!isClosed) timer = setTimeout(attempt, 1000 * backOffSeconds(failures, Math.random()));
    });
  };
  attempt();
  return {
    isUp: () => isUp,
    port: undefined,
    close: async () => {
      isClosed = true;
      clearTimeout(timer);
      if (!socket || socket.closed) return;
      const closed = once(socket, "close");
      socket.destroy();
      await closed;
    },
  };
}

function receive(socket: Socket, counts: LinkCounts, reader: LinkReader): void {
  counts.connections++;
  socket.setKeepAlive(true, keepAliveMilliseconds);
  socket.setNoDelay(true);
  socket.on("data", (bytes) => reader.push(bytes));
  socket.on("error", () => undefined); // "close" follows, and tells
  socket.on("close", () => {
    reader.end();
    reader.reset();
  });
}
