/**
 * Burn rates of an error budget, and the pairs of windows that alerts look at: a long one that says that it matters, a
 * short one that says that it goes on.
 *
 * Source: The Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts".
 */

/** Prometheus' durations and their hours. */
export const windowHours = {
  "5m": 1 / 12,
  "30m": 0.5,
  "1h": 1,
  "2h": 2,
  "6h": 6,
  "1d": 24,
  "3d": 72,
} as const;

export type Window = keyof typeof windowHours;
export const windows = Object.keys(windowHours) as Window[];

export interface BurnRate {
  readonly severity: "critical" | "warning";
  readonly long: Window;
  readonly short: Window;
  /** Share of the whole budget that is gone after the long window at the rate that alerts. */
  readonly share: number;
}

export const burnRates: readonly BurnRate[] = [
  { severity: "critical", long: "1h", short: "5m", share: 0.02 },
  { severity: "critical", long: "6h", short: "30m", share: 0.05 },
  { severity: "warning", long: "1d", short: "2h", share: 0.1 },
  { severity: "warning", long: "3d", short: "6h", share: 0.1 },
];

/** Burn rate that alerts, 1 being the one that uses the budget up at the period's end. @param days period of the budget */
export function alertRate({ share, long }: BurnRate, days: number): number {
  // Below 1 the budget would last.
  return Math.max(1, (share * days * 24) / windowHours[long]);
}

/**
 * Lowest objective, in percent, that the alerts of a period can tell to be missed: below it even an hour without
 * anything good burns too slowly for the fastest alert.
 */
export function lowestObjective(days: number): number {
  const fastest = Math.max(...burnRates.map((each) => alertRate(each, days)));
  return 100 * (1 - 1 / fastest);
}
