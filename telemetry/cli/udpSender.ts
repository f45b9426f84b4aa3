/** UDP target and sender of the commands: parses HOST:PORT, sends datagrams and reports failures. */
import { createSocket } from "node:dgram";
import { reason } from "./dictionarySetting";
import { UsageError } from "./settings";

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** @throws UsageError unless the target is HOST:PORT, with an IPv6 address in brackets */
export function parseTarget(target: string): Target {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(target);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port < 1 || port > 65_535) {
    throw new UsageError(`--target must be HOST:PORT, got ${target}`);
  }
  return { host, port };
}

export interface UdpSender {
  /** Resolves when the system accepted the datagram. A failure is reported, not thrown: the next one may succeed. */
  send(datagram: Buffer): Promise<void>;
  close(): void;
}

/**
 * Sender of datagrams to a name or an address. The system's resolver looks up the name for every datagram, so that a
 * replaced Service is found.
 */
export function udpSender(target: Target, onError: (reason: string) => void): UdpSender {
  const socket = createSocket(target.host.includes(":") ? "udp6" : "udp4");
  socket.on("error", (error) => onError(reason(error)));
  return {
    send: (datagram) =>
      new Promise((resolve) => {
        socket.send(datagram, target.port, target.host, (error) => {
          if (error) onError(reason(error));
          resolve();
        });
      }),
    close: () => socket.close(),
  };
}
