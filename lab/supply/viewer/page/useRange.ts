/** Range of time as state: named by the address, else by the dashboard, and renewed by the automatic refresh. */
import { dateTime, rangeUtil, type RawTimeRange, type TimeRange } from "@grafana/data";
import { useEffect, useMemo, useState } from "react";
import type { Dashboard } from "../model/dashboard";
import { durationMs } from "../model/intervals";
import type { Address } from "../model/links";
import { isBusy } from "./api";

export interface LiveRange {
  readonly range: TimeRange;
  /** Interval of the automatic refresh; empty: none. */
  readonly interval: string;
  readonly refresh: () => void;
}

export function useRange(dashboard: Dashboard | undefined, address: Address, timeZone: string): LiveRange {
  const [tick, setTick] = useState(0);
  const from = address.from ?? dashboard?.time?.from ?? "now-6h";
  const to = address.to ?? dashboard?.time?.to ?? "now";
  const interval = address.refresh ?? (dashboard?.refresh || "");
  const refresh = (): void => setTick((before) => before + 1);
  useEffect(() => {
    const period = durationMs(interval);
    if (period === undefined) return;
    const timer = setInterval(() => {
      // Nobody looks at a hidden page; and a slow query would never end if it were asked again before.
      if (document.visibilityState === "visible" && !isBusy()) refresh();
    }, period);
    return () => clearInterval(timer);
  }, [interval]);
  const range = useMemo(() => rangeOf(from, to, timeZone), [from, to, timeZone, tick, dashboard]);
  return { range, interval, refresh };
}

function rangeOf(from: string, to: string, timeZone: string): TimeRange {
  const raw: RawTimeRange = { from: moment(from), to: moment(to) };
  const range = rangeUtil.convertRawToRange(raw, timeZone);
  return range.from.isValid() && range.to.isValid()
    ? range
    : rangeUtil.convertRawToRange({ from: "now-6h", to: "now" }, timeZone);
}

/** Milliseconds, a time in ISO 8601, or an expression such as `now-3h`. */
function moment(text: string): RawTimeRange["from"] {
  if (/^\d+$/.test(text)) return dateTime(Number(text));
  return text.includes("now") ? text : dateTime(text);
}

/** Parameters of an address for a range. */
export function rangeParameters({ raw }: TimeRange): { from: string; to: string } {
  const written = (end: RawTimeRange["from"]): string =>
    typeof end === "string" ? end : String(end.valueOf());
  return { from: written(raw.from), to: written(raw.to) };
}

/** A range of the same length, moved by half of it; or one of twice the length around the same middle. */
export function movedRange(
  { from, to }: TimeRange,
  how: "back" | "forth" | "out",
): { from: string; to: string } {
  const [start, end] = [from.valueOf(), to.valueOf()];
  const half = Math.round((end - start) / 2);
  const first = how === "forth" ? half : -half;
  const last = how === "back" ? -half : half;
  return { from: String(start + first), to: String(end + last) };
}
