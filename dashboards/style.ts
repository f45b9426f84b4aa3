/** Colours, units and titles of the dashboards. */
import type { BaseUnit, Parameter } from "../telemetry/dictionary";
import { inMarkdown } from "../telemetry/quoting";

/** Colours by meaning, the same on every dashboard. Named colours of Grafana fit both of its themes. */
export const colours = {
  nominal: "green",
  yellow: "yellow",
  red: "red",
  neutral: "blue",
  off: "#6e7079",
  pass: "blue",
  reboot: "purple",
} as const;

/** Colours of an enumeration's states by position; the first ones are calm. */
const stateColours = ["blue", "green", "purple", "orange", "super-light-blue", "dark-yellow", "#6e7079"];

/** Colours of states whose name indicates a fault, or the nominal state. */
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

/** Grafana's unit for each base unit; a unit that Grafana does not have is a suffix. */
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

/** Title for a name of the dictionary: "Battery voltage" for `battery_voltage`. */
export function title(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Description of a parameter with its metric, in Markdown. */
export function meaning({ description, metric }: Parameter): string {
  return `${inMarkdown(description)} (\`${metric}\`)`;
}
