/** UDP receiver of the exporter, with its buffer size and the kernel's count of dropped datagrams. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";

export interface UdpStatistics {
  /** Number of datagrams that the kernel dropped because the buffer was full; 0 when it does not report them. */
  readonly dropped: number;
  readonly bufferBytes: number;
}

/** Requested buffer size, limited by net.core.rmem_max. At 50,000 packets/s it holds the packets of a long pause. */
const wantedBufferBytes = 4 * 1024 * 1024;

/** A bound UDP socket. */
export class UdpReceiver {
  private constructor(private readonly socket: Socket) {}

  /**
   * @param host address to listen on
   * @throws the system's error (EADDRINUSE, EACCES, ...) when the port is not available
   */
  static async listen(
    port: number,
    host: string,
    onDatagram: (datagram: Buffer) => void,
    onError: (error: Error) => void,
  ): Promise<UdpReceiver> {
    const socket = createSocket({
      type: host.includes(":") ? "udp6" : "udp4",
      recvBufferSize: wantedBufferBytes,
    });
    socket.on("message", onDatagram);
    socket.bind(port, host);
    await once(socket, "listening");
    // Without a listener an error would end the process, although later datagrams may still arrive.
    socket.on("error", onError);
    return new UdpReceiver(socket);
  }

  get port(): number {
    return this.socket.address().port;
  }

  statistics(): UdpStatistics {
    return { dropped: droppedDatagrams(this.port), bufferBytes: this.socket.getRecvBufferSize() };
  }

  async close(): Promise<void> {
    const closed = once(this.socket, "close");
    this.socket.close();
    await closed;
  }
}

/** Dropped datagrams of all sockets on the port: the last column of /proc/net/udp (Linux, proc(5)). */
function droppedDatagrams(port: number): number {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  let dropped = 0;
  for (const table of ["/proc/net/udp", "/proc/net/udp6"]) {
    for (const line of readTable(table).split("\n")) {
      const columns = line.trim().split(/\s+/);
      if (columns[1]?.endsWith(suffix)) dropped += Number(columns.at(-1)) || 0;
    }
  }
  return dropped;
}

function readTable(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
