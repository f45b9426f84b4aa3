/**
 * Connections of the HTTP server, bounded in number and in what they may ask. Nobody is refused because others hold
 * connections: where there are too many, the one that has been silent for longest is closed.
 */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

export interface ConnectionLimits {
  readonly connections: number;
  /** Requests of one connection whose answers it has not read. More are not pipelining, but an attack or a defect. */
  readonly answersOfOne: number;
  /** Bytes of all answers that are not sent yet. */
  readonly unsentBytes: number;
}

/** Limits beside which Prometheus (one request at a time, a few servers) and people's browsers have room. */
const connectionLimits: ConnectionLimits = {
  connections: 256,
  answersOfOne: 8,
  unsentBytes: 32 * 1024 * 1024,
};

interface Connection {
  /** Requests that are not answered to the end. */
  answers: number;
  unsentBytes: number;
}

export class Connections {
  /** In the order of their last request or, before the first, of their opening. */
  private readonly open = new Map<Socket, Connection>();
  private unsentBytes = 0;

  constructor(private readonly limits: ConnectionLimits = connectionLimits) {}

  /** Takes in a new connection; where that is one too many, closes the one that has been silent for longest. */
  add(socket: Socket): void {
    this.open.set(socket, { answers: 0, unsentBytes: 0 });
    socket.once("close", () => this.remove(socket));
    if (this.open.size <= this.limits.connections) return;
    const all = [...this.open];
    const [idle] = all.find(([, { answers }]) => answers === 0) ?? all[0] ?? [];
    if (idle) this.drop(idle);
  }

  /** @returns false when the request is not to be answered: its connection asked for too much, and is closed */
  begin(socket: Socket, response: ServerResponse): boolean {
    const connection = this.open.get(socket);
    if (!connection || socket.destroyed) return false;
    if (connection.answers >= this.limits.answersOfOne) {
      this.drop(socket);
      return false;
    }
    connection.answers++;
    this.open.delete(socket);
    this.open.set(socket, connection);
    response.once("close", () => connection.answers--);
    return true;
  }

  /**
   * Counts the bytes of an answer until they are sent. Above the limit the connections that asked first and have not
   * read are closed: one that reads is through in milliseconds.
   */
  sending(socket: Socket, response: ServerResponse, bytes: number): void {
    const connection = this.open.get(socket);
    if (!connection) return;
    connection.unsentBytes += bytes;
    this.unsentBytes += bytes;
    const sent = (): void => {
      // A closed connection has given its bytes back already.
      if (this.open.get(socket) !== connection) return;
      connection.unsentBytes -= bytes;
      this.unsentBytes -= bytes;
    };
    response.once("close", sent);
    for (const [other, { unsentBytes }] of this.open) {
      if (this.unsentBytes <= this.limits.unsentBytes) return;
      if (other !== socket && unsentBytes > 0) this.drop(other);
    }
  }

  private drop(socket: Socket): void {
    this.remove(socket);
    socket.destroy();
  }

  private remove(socket: Socket): void {
    this.unsentBytes -= this.open.get(socket)?.unsentBytes ?? 0;
    this.open.delete(socket);
  }
}
