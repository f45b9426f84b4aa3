/** The exporter's inputs: a link with its transport for each source, opened and closed together. */
import {
  connectMqtt,
  connectTcp,
  type ExpectedPackets,
  Link,
  listenTcp,
  type OnPacket,
  type Source,
  type Transport,
} from "../links";
import { reasonOf } from "../reasonOf";
import { UdpReceiver, type UdpStatistics } from "./udpReceiver";

export interface Input {
  readonly link: Link;
  readonly transport: Transport;
}

export interface Inputs {
  readonly inputs: readonly Input[];
  /** Statistics of all UDP sockets; undefined: there is none. */
  readonly udp: (() => UdpStatistics) | undefined;
  /** Port of the first UDP socket. */
  readonly udpPort: number | undefined;
  close(): Promise<void>;
}

export interface InputArgs {
  readonly receive: OnPacket;
  readonly expected: ExpectedPackets;
  readonly onError: (error: unknown) => void;
}

/** @throws the system's error when a port is not available; nothing stays open then */
export async function openInputs(sources: readonly Source[], args: InputArgs): Promise<Inputs> {
  const inputs: Input[] = [];
  const sockets: UdpReceiver[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(inputs.map(({ transport }) => transport.close()));
  };
  try {
    for (const source of sources) {
      const link = new Link(source, args.receive, args.expected);
      inputs.push({ link, transport: await open(link, args, sockets) });
    }
  } catch (error) {
    await close();
    throw error;
  }
  const statistics = (): UdpStatistics => {
    const all = sockets.map((socket) => socket.statistics());
    return {
      dropped: all.reduce((sum, { dropped }) => sum + dropped, 0),
      bufferBytes: Math.min(...all.map(({ bufferBytes }) => bufferBytes)),
    };
  };
  return { inputs, udp: sockets.length > 0 ? statistics : undefined, udpPort: sockets[0]?.port, close };
}

async function open(link: Link, { onError }: InputArgs, sockets: UdpReceiver[]): Promise<Transport> {
  const { kind, host, port } = link.source;
  const told = (error: unknown): void => onError(`${link.source.name}: ${reasonOf(error)}`);
  switch (kind) {
    case "udp": {
      const udp = await UdpReceiver.listen(port, host, (datagram) => link.message(datagram), told);
      sockets.push(udp);
      return { port: udp.port, connections: () => 1, connects: () => 1, close: () => udp.close() };
    }
    case "tcp-server":
      return listenTcp(link, { onError: told });
    case "tcp":
      return connectTcp(link, { onError: told });
    case "mqtt":
    case "mqtts":
      return connectMqtt(link, { onError: told });
  }
}
