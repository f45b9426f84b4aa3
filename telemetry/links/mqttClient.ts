/** MQTT client of a link: each message of the topic is a datagram. Reconnects by itself. */
import { connect } from "mqtt";
import type { Link } from "./link";
import type { Transport, TransportEvents } from "./transport";

const reconnectMilliseconds = 5_000;
const connectTimeoutMilliseconds = 10_000;
const keepAliveSeconds = 30;
/** Bytes of a message: MQTT has 256 MiB, which would be held until it is whole, in more memory than a pod has. */
const mostMessageBytes = 16 * 1024 ** 2;

export function connectMqtt(link: Link, { onError }: TransportEvents): Transport {
  const { kind, host, port, topic, user, password } = link.source;
  let connects = 0;
  let isTold = false;
  const client = connect({
    protocol: kind === "mqtts" ? "mqtts" : "mqtt",
    host,
    port,
    // Nothing that the broker kept from before is delivered: a new exporter starts with new packets.
    clean: true,
    reconnectPeriod: reconnectMilliseconds,
    // A broker that starts, or waits for what knows its users, refuses for a while.
    reconnectOnConnackError: true,
    connectTimeout: connectTimeoutMilliseconds,
    keepalive: keepAliveSeconds,
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
  });
  let unread = 0;
  client.on("packetreceive", () => (unread = 0));
  client.on("connect", () => {
    connects++;
    unread = 0;
    client.stream.on("data", (chunk: Buffer) => {
      unread += chunk.length;
      if (unread <= mostMessageBytes || client.stream.destroyed) return;
      onError(new Error(`a message is longer than ${mostMessageBytes / 1024 ** 2} MiB`));
      client.stream.destroy();
    });
    isTold = false;
    client.subscribe(topic, { qos: 1 }, (error) => {
      if (error) onError(error);
    });
  });
  client.on("message", (_topic, payload, { retain }) => {
    if (!retain) return link.message(payload);
    // Kept by the broker, from whenever: it would be the newest value, after each connect.
    link.counters.receivedBytes += payload.length;
    link.counters.skippedBytes += payload.length;
  });
  client.on("error", (error) => {
    if (!isTold) onError(error);
    isTold = true;
  });
  return {
    port: undefined,
    connections: () => (client.connected ? 1 : 0),
    connects: () => connects,
    close: async () => {
      await client.endAsync(true);
    },
  };
}
