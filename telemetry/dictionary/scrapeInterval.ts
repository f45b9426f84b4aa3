/** How often an exporter of a dictionary is scraped: the ServiceMonitor, the drain and the dashboards go by it. */
import type { Dictionary } from "./dictionary";

/**
 * Seconds between scrapes: the fastest packet's period, so that no packet of it goes unseen; at least one second,
 * at most 30.
 */
export function scrapeIntervalSeconds({ packets }: Pick<Dictionary, "packets">): number {
  const fastest = Math.min(...packets.map(({ periodSeconds }) => periodSeconds));
  return Math.min(30, Math.max(1, Math.floor(fastest)));
}
