/** TCP client of a link: connects to a station's server, again and again. */
import { connect, type Socket } from "node:net";
import { backOffMilliseconds } from "./backOff";
import type { Link } from "./link";
import type { Transport, TransportEvents } from "./transport";

const keepAliveMilliseconds = 10_000;
const connectTimeoutMilliseconds = 10_000;

export function connectTcp(link: Link, { onError }: TransportEvents): Transport {
  let socket: Socket | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isOpen = false;
  let isClosed = false;
  let connects = 0;
  let failures = 0;

  const attempt = (): void => {
    const stream = link.stream();
    const made = connect({
      host: link.source.host,
      port: link.source.port,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMilliseconds,
    });
    socket = made;
    const slow = setTimeout(
      () => made.destroy(new Error("no connection in 10 s")),
      connectTimeoutMilliseconds,
    );
    made.once("connect", () => {
      clearTimeout(slow);
      isOpen = true;
      connects++;
    });
    made.on("data", (chunk) => {
      // Only what sends is a station: a server that closes at once is asked more and more seldom.
      failures = 0;
      stream.push(chunk);
    });
    made.once("error", (error) => {
      // The first of a row: the others say the same.
      if (failures === 0) onError(error);
    });
    made.once("close", () => {
      clearTimeout(slow);
      isOpen = false;
      stream.end();
      failures++;
      if (!isClosed) timer = setTimeout(attempt, backOffMilliseconds(failures));
    });
  };
  attempt();
  return {
    port: undefined,
    connections: () => (isOpen ? 1 : 0),
    connects: () => connects,
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      socket?.destroy();
      return Promise.resolve();
    },
  };
}
