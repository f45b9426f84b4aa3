/** Leap seconds: conversion of clocks that count them (TAI, GPS) to UTC and back, by the table of the IERS. */

/** Day from which TAI is ahead of UTC by that many seconds: leap-seconds.list of the IERS, Bulletin C. */
const table = (
  [
    ["1972-01-01", 10],
    ["1972-07-01", 11],
    ["1973-01-01", 12],
    ["1974-01-01", 13],
    ["1975-01-01", 14],
    ["1976-01-01", 15],
    ["1977-01-01", 16],
    ["1978-01-01", 17],
    ["1979-01-01", 18],
    ["1980-01-01", 19],
    ["1981-07-01", 20],
    ["1982-07-01", 21],
    ["1983-07-01", 22],
    ["1985-07-01", 23],
    ["1988-01-01", 24],
    ["1990-01-01", 25],
    ["1991-01-01", 26],
    ["1992-07-01", 27],
    ["1993-07-01", 28],
    ["1994-07-01", 29],
    ["1996-01-01", 30],
    ["1997-07-01", 31],
    ["1999-01-01", 32],
    ["2006-01-01", 33],
    ["2009-01-01", 34],
    ["2012-07-01", 35],
    ["2015-07-01", 36],
    ["2017-01-01", 37],
  ] as const
).map(([day, offset]) => ({ since: Date.parse(day) / 1000, offset }));

/** Day to which the table is known to be complete; after it the last offset holds until a release says otherwise. */
export const leapSecondsKnownUntil = "2026-06-28";

/** GPS time is behind TAI by what UTC was in 1980. */
const taiMinusGps = 19;
const newest = table[table.length - 1] ?? { since: 0, offset: 0 };

/**
 * UTC of a reading of a clock. Within a leap second it is the second after it, which Unix time has twice. Before 1972
 * the offset of 1972 holds.
 * @param reading seconds since 1970-01-01T00:00:00 on that clock
 * @returns seconds since 1970 (UTC)
 */
export function utcOfClock(reading: number, clock: "TAI" | "GPS"): number {
  const tai = clock === "GPS" ? reading + taiMinusGps : reading;
  if (tai >= newest.since + newest.offset) return tai - newest.offset;
  return tai - (table.findLast(({ since, offset }) => tai >= since + offset) ?? { offset: 10 }).offset;
}

/** Reading of a clock at a UTC time; the inverse of {@link utcOfClock} outside of leap seconds. */
export function clockOfUtc(utc: number, clock: "TAI" | "GPS"): number {
  const { offset } = table.findLast(({ since }) => utc >= since) ?? { offset: 10 };
  return utc + offset - (clock === "GPS" ? taiMinusGps : 0);
}
