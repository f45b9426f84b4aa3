/** What brings bytes to a link: a UDP socket, a TCP server or client, an MQTT client. */

export interface Transport {
  /** Port that is listened on; undefined: none is. */
  readonly port: number | undefined;
  /** Connections that are open now: of a server's clients, or 0 or 1 of a client. */
  connections(): number;
  /** Connections made since the start. */
  connects(): number;
  close(): Promise<void>;
}

export interface TransportEvents {
  /** What failed; the transport goes on by itself. */
  readonly onError: (error: unknown) => void;
}
