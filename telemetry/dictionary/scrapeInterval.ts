/** Scrape interval of the exporter, used by the ServiceMonitor, the drain and the dashboards. */
import type { Dictionary } from "./dictionary";

/**
 * Scrape interval in seconds: the period of the most frequent packet, so that no packet is missed; at least one second,
 * at most 30.
 */
export function scrapeIntervalSeconds({ packets }: Pick<Dictionary, "packets">): number {
  const fastest = Math.min(...packets.map(({ periodSeconds }) => periodSeconds));
  return Math.min(30, Math.max(1, Math.floor(fastest)));
}
