/** Simulated events of kinds of packets that come when something happens. */
import { canSay, type WrittenEvent } from "../decoder";
import { eventSeverities, type Packet } from "../dictionary";

/** Mildest and worst that a spacecraft without faults says. */
const nominal = ["debug", "info"] as const;

/**
 * Event of a packet at a time. Without faults it is a mild one; with faults the severities come in turns, the worst first.
 * @returns undefined where there is nothing to say
 */
export function simulatedEvent(
  { events: [event], name }: Packet,
  now: number,
  hasFaults: boolean,
): WrittenEvent | undefined {
  if (!event) return undefined;
  const severities = hasFaults ? eventSeverities.toReversed() : nominal;
  const possible = severities.filter((each) => canSay(event, each));
  const number = Math.floor(now / 20);
  const severity = possible[hasFaults ? number % possible.length : possible.length - 1];
  if (severity === undefined) return undefined;
  return { severity, id: number % 256, source: "SIMULATOR", message: `${name}: simulated event ${number}` };
}
