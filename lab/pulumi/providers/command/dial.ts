/**
 * SSH connections as the released provider makes them: dial, and retry with growing pauses, up to a limit of errors;
 * its messages are Go's. Unlike there, a handshake that does not end times out.
 */
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, type ConnectConfig } from "ssh2";
import type { ResourceCall } from "../rpc/provider";
import { numeric, type Properties, text } from "../rpc/values";

/** Pauses between dials: Pulumi's retry package, `sdk/go/common/util/retry`. */
const firstPauseMs = 100;
const pauseGrowth = 1.5;
const longestPauseMs = 5_000;

/** Time limit of the handshake. Go's SSH client has none: a machine that accepts and never answers would block `up`. */
const handshakeLimitMs = 60_000;

/** Opens the connection that the `connection` input describes. */
export async function dial(
  connection: Properties,
  agent: string | undefined,
  call: ResourceCall,
): Promise<Client> {
  await refuseDeadAgent(text(connection, "agentSocketPath") ?? agent);
  const config = clientConfig(connection, agent);
  return withRetry(connection, call, () => connect(connection, config, call.signal));
}

async function withRetry<T>(
  connection: Properties,
  call: ResourceCall,
  attempt: () => Promise<T>,
): Promise<T> {
  const limit = numeric(connection, "dialErrorLimit") ?? 10;
  let pause = firstPauseMs;
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      call.signal.throwIfAborted();
      if (limit > -1 && failures > limit) {
        throw new Error(`after ${failures - 1} failed attempts: ${describe(error)}`, { cause: error });
      }
    }
    call.log.status(`Dial ${failures}/${limit === -1 ? "inf" : limit} failed: retrying`);
    await sleep(pause, undefined, { signal: call.signal });
    pause = Math.min(pause * pauseGrowth, longestPauseMs);
  }
}

async function connect(connection: Properties, config: ConnectConfig, signal: AbortSignal): Promise<Client> {
  return handshake(await connectTcp(connection, signal), config, signal);
}

/** TCP connection to the machine. `perDialTimeout` applies to it only; 0 means no limit. */
function connectTcp(connection: Properties, signal: AbortSignal): Promise<net.Socket> {
  const host = text(connection, "host") ?? "";
  const port = numeric(connection, "port") ?? 22;
  const seconds = numeric(connection, "perDialTimeout") ?? 15;
  return new Promise((resolve, reject) => {
    // Without noDelay each round trip of the handshake waits 40 ms for an acknowledgement.
    const socket = net.connect({ host, port, signal, noDelay: true });
    const fail = (reason: string) => {
      socket.destroy();
      reject(new Error(`dial tcp ${net.isIPv6(host) ? `[${host}]` : host}:${port}: ${reason}`));
    };
    socket.setTimeout(seconds * 1000, () => fail("i/o timeout"));
    socket.once("error", (error: NodeJS.ErrnoException) => fail(goReason(error)));
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.removeAllListeners("error");
      resolve(socket);
    });
  });
}

const goReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "connect: connection timed out",
  ECONNRESET: "read: connection reset by peer",
};

function goReason(error: NodeJS.ErrnoException): string {
  return goReasons[error.code ?? ""] ?? error.message;
}

function handshake(sock: net.Socket, config: ConnectConfig, signal: AbortSignal): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    const state = { hostKeyRefused: false };
    const verify = config.hostVerifier as ((key: Buffer) => boolean) | undefined;
    const giveUp = () => fail(new Error("cancelled"));
    const fail = (error: Error & { level?: string }) => {
      signal.removeEventListener("abort", giveUp);
      client.destroy();
      sock.destroy();
      reject(new Error(`ssh: handshake failed: ${handshakeReason(error, state.hostKeyRefused)}`));
    };
    signal.addEventListener("abort", giveUp, { once: true });
    client.on("error", fail);
    client.once("close", () => fail(new Error("EOF")));
    client.once("ready", () => {
      signal.removeEventListener("abort", giveUp);
      client.removeAllListeners("close");
      resolve(client);
    });
    client.on("keyboard-interactive", (_name, _text, _language, prompts, answer) =>
      answer(prompts.map(() => config.password ?? "")),
    );
    const hostVerifier = (key: Buffer): boolean => {
      const accepted = verify === undefined || verify(key);
      state.hostKeyRefused = !accepted;
      return accepted;
    };
    client.connect({ ...config, sock, hostVerifier });
  });
}

function handshakeReason(error: Error & { level?: string }, hostKeyRefused: boolean): string {
  if (hostKeyRefused) return "ssh: host key mismatch";
  if (error.level === "client-authentication") {
    return "ssh: unable to authenticate, no supported methods remain";
  }
  if (error.message.includes("no matching host key format")) {
    return "ssh: no common algorithm for host key";
  }
  return error.message;
}

/** Refuses a dead agent: the released provider dials it first and fails, whatever other credentials exist (1.2.1). */
async function refuseDeadAgent(socket: string | undefined): Promise<void> {
  if (socket === undefined) return;
  await new Promise<void>((resolve, reject) => {
    const probe = net.connect(socket, () => resolve(void probe.destroy()));
    probe.once("error", ({ code }: NodeJS.ErrnoException) => {
      const why = code === "ENOENT" ? "no such file or directory" : "connection refused";
      reject(new Error(`dial unix ${socket}: connect: ${why}`));
    });
  });
}

function clientConfig(connection: Properties, agent: string | undefined): ConnectConfig {
  const privateKey = text(connection, "privateKey");
  const passphrase = text(connection, "privateKeyPassword");
  const password = text(connection, "password");
  const socket = text(connection, "agentSocketPath") ?? agent;
  return {
    username: text(connection, "user") ?? "root",
    readyTimeout: handshakeLimitMs,
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(password === undefined ? {} : { password, tryKeyboard: true }),
    ...(socket === undefined ? {} : { agent: socket }),
    ...pinned(text(connection, "hostKey")),
  };
}

/** Options for a pinned host key in authorized_keys format: only that key is accepted, only its algorithm offered. */
function pinned(hostKey: string | undefined): Pick<ConnectConfig, "algorithms" | "hostVerifier"> {
  if (hostKey === undefined) return {};
  const found = /(?:^|\s)((?:ssh|ecdsa|sk)-[\w@.-]+)\s+([A-Za-z0-9+/]+=*)/.exec(hostKey);
  const [, algorithm = "", blob = ""] = found ?? [];
  if (found === null) throw new Error("failed to parse host key: ssh: no key found");
  const expected = Buffer.from(blob, "base64");
  return {
    // A known name at run time; the declared type lists the names individually.
    algorithms: { serverHostKey: [algorithm] } as NonNullable<ConnectConfig["algorithms"]>,
    hostVerifier: (key: Buffer) => key.equals(expected),
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
