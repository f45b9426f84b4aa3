import type { AlertCase } from "../alertCase";
import { secondTarget, series, spacecraft, target } from "./series";

const rate = "bus_attitude_rate_x_degrees_per_second";
const limit = (severity: string, bound: string, parameter = rate, from = target): string =>
  series("bus_parameter_limit", { parameter, severity, bound }, from);

/** Limits that change with the mode: the exporter serves those in force. */
const modes: AlertCase[] = [
  {
    alert: "BusParameterYellow",
    it: "fires by the limit that the present mode has",
    series: { [series(rate)]: "2x60", [limit("yellow", "high")]: "3x12 1x48" },
    interval: "5s",
    at: "2m",
    firing: [
      {
        labels: { spacecraft, parameter: rate, bound: "high" },
        summary: "perigee-1: attitude rate x above its yellow limit",
        description: "Body rate about X: 2 °/s, above the yellow high limit of 1 °/s.",
      },
    ],
  },
  {
    alert: "BusParameterYellow",
    it: "is silent while the present mode allows the value",
    series: { [series(rate)]: "2x60", [limit("yellow", "high")]: "3x60" },
    at: "1m",
    firing: [],
  },
  {
    alert: "BusParameterRed",
    it: "is silent while the present mode has no limits at all",
    series: { [series(rate)]: "20x60", [limit("red", "high", "bus_power_battery_voltage_volts")]: "17x60" },
    at: "1m",
    firing: [],
  },
];

const voltage = "bus_power_battery_voltage_volts";

/** Two exporters of one spacecraft, as during a rolling update. */
const handover: AlertCase[] = [
  {
    alert: "BusParameterRed",
    it: "goes on firing, as the same alert, when another exporter takes over",
    series: {
      [series(voltage)]: "12x5 stale",
      [limit("red", "low", voltage)]: "13.2x5 stale",
      [series(voltage, {}, secondTarget)]: "_x2 12x20",
      [limit("red", "low", voltage, secondTarget)]: "_x2 13.2x20",
    },
    at: "65s",
    firing: [
      {
        labels: { spacecraft, parameter: voltage, bound: "low" },
        summary: "perigee-1: power battery voltage below its red limit",
        description: "Voltage of the battery at its terminals: 12V, below the red low limit of 13.2V.",
      },
    ],
  },
  {
    alert: "BusParameterRed",
    it: "is silent when the parameter has disappeared",
    series: { [series(voltage)]: "12x5 stale", [limit("red", "low", voltage)]: "13.2x60" },
    at: "2m",
    firing: [],
  },
];

export const modeCases: readonly AlertCase[] = [...modes, ...handover];
