/** Packets sent to the cluster from outside, as a ground station does, and the exporters' counts of them. */
import { createSocket, type Socket } from "node:dgram";
import { setTimeout as sleep } from "node:timers/promises";
import { nodePorts } from "../../../contract/outputs";
import { loadDictionary } from "../../../telemetry/dictionary";
import { Simulator } from "../../../telemetry/simulator";
import { outputs } from "./lab";
import { value } from "./prometheus";

/** A nominal flight's packets in the order of the spacecraft, about 4 a second. */
export function flight(seconds: number): Buffer[] {
  const start = Date.now() / 1000;
  const dictionary = loadDictionary();
  const simulator = new Simulator({ dictionary, scenario: "nominal", timeScale: 1, seed: 1, start });
  return Array.from({ length: seconds }, (_, second) => simulator.until(start + second)).flat();
}

/** Sockets of the packets: `one` for all, a `fresh` one for each as some stations do, or both `in turn`. */
export type Sockets = "one" | "fresh" | "in turn";

/** Sends packets to the node port at an even rate. */
export async function send(packets: readonly Buffer[], perSecond: number, sockets: Sockets): Promise<void> {
  const { publishedHost } = await outputs();
  const shared = createSocket("udp4");
  const start = performance.now();
  for (const [index, packet] of packets.entries()) {
    await sleep(Math.max(0, start + (index * 1000) / perSecond - performance.now()));
    const isFresh = sockets === "fresh" || (sockets === "in turn" && index % 2 === 0);
    const socket = isFresh ? createSocket("udp4") : shared;
    await sent(socket, packet, publishedHost);
    if (isFresh) socket.close();
  }
  shared.close();
}

function sent(socket: Socket, packet: Buffer, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(packet, nodePorts.telemetry.port, host, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}

export interface Counted {
  readonly received: number;
  readonly gaps: number;
}

/**
 * Counts of all exporters since a moment, including those that have ended.
 * @param since Unix time in seconds
 */
export async function counted(since: number): Promise<Counted> {
  const all = async (metric: string): Promise<number> => {
    const series = `${metric}{job="perigee-telemetry"}`;
    const window = Math.ceil(Date.now() / 1000 - since);
    const after = await value(`sum(max_over_time(${series}[${window}s]))`);
    return (after ?? 0) - ((await value(`sum(${series} @ ${since})`)) ?? 0);
  };
  return {
    received: await all("bus_packets_received_total"),
    gaps: await all("bus_packet_gaps_total"),
  };
}
