/** Colours, units and titles as the dashboards show them. */
import type { BaseUnit } from "../telemetry/dictionary";

/** One meaning, one colour, on every dashboard. Names are Grafana's, so that they fit both themes. */
export const colours = {
  nominal: "green",
  yellow: "yellow",
  red: "red",
  neutral: "blue",
  off: "#6e7079",
  pass: "blue",
  reboot: "purple",
} as const;

/** States of an enumeration, by their place; the first ones are calm. */
const stateColours = ["blue", "green", "purple", "orange", "super-light-blue", "dark-yellow", "#6e7079"];

/** States whose names say that something is wrong or that all is well. */
const knownStates: ReadonlyMap<string, string> = new Map([
  ["SAFE", colours.red],
  ["FAULT", colours.red],
  ["ERROR", colours.red],
  ["WATCHDOG", colours.red],
  ["UNDERVOLTAGE", colours.red],
  ["DETUMBLE", colours.yellow],
  ["NOMINAL", colours.nominal],
  ["LOCKED", colours.nominal],
  ["OFF", colours.off],
  ["IDLE", colours.off],
]);

export function stateColour(state: string, place: number): string {
  return knownStates.get(state) ?? stateColours[place % stateColours.length] ?? colours.neutral;
}

/** Grafana's unit for each base unit; what Grafana does not have is written behind the number. */
const grafanaUnits: Readonly<Record<string, string>> = {
  "": "none",
  volts: "volt",
  amperes: "amp",
  watts: "watt",
  joules: "joule",
  celsius: "celsius",
  seconds: "s",
  meters: "lengthm",
  meters_per_second: "velocityms",
  bytes: "bytes",
  bytes_per_second: "Bps",
  ratio: "percentunit",
  hertz: "hertz",
  degrees: "degree",
  degrees_per_second: "rotdegs",
  rpm: "rotrpm",
  teslas: "suffix:T",
  coulombs: "suffix:C",
  newton_meters: "forceNm",
  pascals: "pressurepa",
  grams: "massg",
  dbm: "dBm",
  decibels: "dB",
};

export function grafanaUnit(unit: BaseUnit): string {
  return grafanaUnits[unit.suffix] ?? `suffix:${unit.symbol}`;
}

/** A name of the dictionary as a title: `battery_voltage` is "Battery voltage". */
export function title(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
