/** Where the packets of a stream go, once their segments are joined. */
import type { LinkCounters } from "./counters";
import type { Framing } from "./framing";
import { type OnPacket, SegmentJoiner } from "./segments";

/** Where packets of one kind go, and the end of what is begun of them. */
interface Outlet {
  readonly emit: (packet: Buffer) => void;
  readonly end: () => void;
}

/** Outlets of each spacecraft and of its recorder: each has segments of its own, with the counts of others. */
export class Outlets {
  private readonly known = new Map<string, Outlet>();

  constructor(
    private readonly framing: Pick<Framing, "segments" | "stored">,
    private readonly counters: LinkCounters,
    private readonly receive: OnPacket,
  ) {}

  /**
   * Receiver of the whole packets and segments of a spacecraft.
   * @param spacecraft undefined: that of the exporter
   * @param isStored true where a recorder plays them back
   */
  of(spacecraft: string | undefined, isStored = false): Outlet["emit"] {
    const stored = isStored || this.framing.stored === "all";
    const key = `${stored} ${spacecraft ?? ""}`;
    const outlet = this.known.get(key) ?? this.outlet(spacecraft, stored);
    this.known.set(key, outlet);
    return outlet.emit;
  }

  end(): void {
    for (const { end } of this.known.values()) end();
  }

  private outlet(spacecraft: string | undefined, isStored: boolean): Outlet {
    const give = (packet: Buffer, segments = 1): void => {
      this.counters.packets++;
      this.receive(packet, segments, isStored, spacecraft);
    };
    if (this.framing.segments === "refuse") {
      return { emit: (packet) => give(packet), end: () => undefined };
    }
    const joiner = new SegmentJoiner(this.counters, give);
    return { emit: (packet) => joiner.take(packet), end: () => joiner.end() };
  }
}
