/** Targets and senders of the commands: UDP datagrams or a TCP stream, bare packets or TM frames. */
import { createSocket } from "node:dgram";
import { connect, type Socket } from "node:net";
import * as z from "zod";
import { TmFrameWriter } from "../links/frameWriter";
import { reasonOf } from "../reasonOf";
import { text, UsageError } from "./settings";

export interface Target {
  readonly kind: "udp" | "tcp";
  readonly host: string;
  readonly port: number;
}

export const targetSettings = {
  target: text.default("127.0.0.1:10015").describe("HOST:PORT to send to by UDP, or tcp://HOST:PORT"),
  frameBytes: z.coerce
    .number()
    .int()
    .min(16)
    .max(65_535)
    .optional()
    .describe("sends TM transfer frames of this length, with marker and FECF, in place of bare packets"),
  spacecraftId: z.coerce.number().int().min(0).max(1023).default(1).describe("spacecraft ID of these frames"),
};

/** Frames in place of bare packets, where they have a length. */
export interface SentFrames {
  readonly frameBytes?: number | undefined;
  readonly spacecraftId: number;
}

/** @throws UsageError unless the target is [udp:// or tcp://]HOST:PORT, with an IPv6 address in brackets */
export function parseTarget(target: string): Target {
  const match = /^(?:(udp|tcp):\/\/)?(?:\[([^\]]+)\]|([^:/]+)):(\d{1,5})$/.exec(target);
  const port = Number(match?.[4]);
  const host = match?.[2] ?? match?.[3];
  if (host === undefined || port < 1 || port > 65_535) {
    throw new UsageError(`--target must be HOST:PORT or tcp://HOST:PORT, got ${target}`);
  }
  return { kind: match?.[1] === "tcp" ? "tcp" : "udp", host, port };
}

export interface Sender {
  /** Resolves when the system accepted the packet. A failure is reported, not thrown: the next one may succeed. */
  send(packet: Buffer): Promise<void>;
  close(): void;
}

export function sender(
  target: Target,
  { frameBytes, spacecraftId }: SentFrames,
  onError: (reason: string) => void,
  stopped: AbortSignal,
): Sender {
  const made = target.kind === "udp" ? udpSender(target, onError) : tcpSender(target, onError, stopped);
  if (frameBytes === undefined) return made;
  const writer = new TmFrameWriter(frameBytes, spacecraftId);
  return { ...made, send: (packet) => made.send(writer.write(packet)) };
}

/** The system's resolver looks up the name for every datagram, so that a replaced Service is found. */
function udpSender(target: Target, onError: (reason: string) => void): Sender {
  const socket = createSocket(target.host.includes(":") ? "udp6" : "udp4");
  socket.on("error", (error) => onError(reasonOf(error)));
  return {
    send: (datagram) =>
      new Promise((resolve) => {
        socket.send(datagram, target.port, target.host, (error) => {
          if (error) onError(reasonOf(error));
          resolve();
        });
      }),
    close: () => socket.close(),
  };
}

/** Connects for the first packet, and again for the next one after a failure. */
function tcpSender({ host, port }: Target, onError: (reason: string) => void, stopped: AbortSignal): Sender {
  let socket: Socket | undefined;
  // A server that reads nothing would hold the packet, and the command, for ever.
  stopped.addEventListener("abort", () => socket?.destroy(), { once: true });
  const opened = (): Socket => {
    const made = connect({ host, port });
    // A server that sends something back is not read, but its closing is noticed.
    made.resume();
    made.on("error", (error) => onError(reasonOf(error)));
    made.once("close", () => {
      if (socket === made) socket = undefined;
    });
    return made;
  };
  return {
    send: (packet) =>
      new Promise((resolve) => {
        if (stopped.aborted) return resolve();
        socket ??= opened();
        // Called when the bytes are with the system, or with the error that the listener above reports too.
        socket.write(packet, () => resolve());
      }),
    close: () => {
      socket?.end();
      // The system has all bytes: a server that never closes its side is not waited for.
      socket?.unref();
    },
  };
}
