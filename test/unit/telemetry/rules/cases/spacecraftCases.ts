import type { AlertCase } from "../alertCase";
import { secondTarget, series, spacecraft } from "./series";

const boots = series("bus_computer_boots_total");
const cause = (state: string): string => series("bus_computer_reset_cause", { state });

const rebootAfter = (values: string): Record<string, string> => ({
  [boots]: values,
  [cause("WATCHDOG")]: "0x120 1x120",
  [cause("TELECOMMAND")]: "0x240",
});

const watchdogReboot: AlertCase["firing"] = [
  {
    labels: { spacecraft },
    summary: "perigee-1: the on-board computer started again",
    description:
      "The on-board computer started again and nobody had commanded it, cause WATCHDOG: 18 boots since launch (limit: no new boot within 15m).",
  },
];

const reboots: AlertCase[] = [
  {
    alert: "BusUnexpectedReboot",
    it: "fires when the computer's watchdog started it again",
    series: rebootAfter("17x119 18x120"),
    at: "21m",
    firing: watchdogReboot,
  },
  {
    alert: "BusUnexpectedReboot",
    it: "fires after a loss of signal in which the restart fell",
    series: { ...rebootAfter("17x10 stale _x110 18x118") },
    at: "21m",
    firing: watchdogReboot,
  },
  {
    alert: "BusUnexpectedReboot",
    it: "fires when Prometheus itself has run for five minutes only",
    series: { [boots]: "17x20 18x20", [cause("WATCHDOG")]: "1x40" },
    at: "5m",
    firing: watchdogReboot,
  },
  {
    alert: "BusUnexpectedReboot",
    it: "is silent when the count falls: a simulator was started again",
    series: { [boots]: "18x130 17x110", [cause("WATCHDOG")]: "1x240" },
    at: "25m",
    firing: [],
  },
  {
    alert: "BusUnexpectedReboot",
    it: "is silent at once when a simulator that rebooted twice is started again as a nominal one",
    series: { [boots]: "17x3 18x11 19x11 17x200", [cause("WATCHDOG")]: "1x240" },
    at: "4m50s",
    firing: [],
  },
  {
    alert: "BusUnexpectedReboot",
    it: "is silent later too, when the higher count lies a quarter of an hour back",
    series: { [boots]: "17x3 18x11 19x11 17x200", [cause("WATCHDOG")]: "1x240" },
    at: "22m",
    firing: [],
  },
  {
    alert: "BusUnexpectedReboot",
    it: "fires for a real restart after the count has fallen",
    series: { [boots]: "20x60 17x100 18x80", [cause("WATCHDOG")]: "1x240" },
    at: "28m",
    firing: watchdogReboot,
  },
  {
    alert: "BusUnexpectedReboot",
    it: "is silent when the restart was commanded",
    series: { [boots]: "17x119 18x120", [cause("WATCHDOG")]: "0x240", [cause("TELECOMMAND")]: "0x120 1x120" },
    at: "21m",
    firing: [],
  },
  {
    alert: "BusUnexpectedReboot",
    it: "is silent a quarter of an hour later",
    series: rebootAfter("17x119 18x120"),
    at: "36m",
    firing: [],
  },
  {
    alert: "BusUnexpectedReboot",
    it: "is silent when another exporter takes the spacecraft over",
    series: {
      [boots]: "17x119 stale",
      [series("bus_computer_boots_total", {}, secondTarget)]: "_x118 17x120",
      [cause("WATCHDOG")]: "1x240",
    },
    at: "21m",
    firing: [],
  },
];

const rejected = series("bus_computer_commands_rejected_total");

const commands: AlertCase[] = [
  {
    alert: "BusTelecommandRejected",
    it: "fires when the spacecraft refuses a telecommand",
    series: { [rejected]: "4x30 5x30" },
    at: "6m",
    firing: [
      {
        labels: { spacecraft },
        summary: "perigee-1: a telecommand was rejected",
        description:
          "The spacecraft rejected about 1 telecommands in 5 minutes, or in the silence before (limit 0).",
      },
    ],
  },
  {
    alert: "BusTelecommandRejected",
    it: "is silent about rejections before the last five minutes",
    series: { [rejected]: "4x2 5x60" },
    at: "8m",
    firing: [],
  },
];

const mode = (state: string): string => series("bus_attitude_mode", { state });

const safeModes: AlertCase[] = [
  {
    alert: "BusSafeMode",
    it: "fires when the spacecraft went into safe mode",
    series: { [mode("SAFE")]: "0x5 1x20", [mode("NOMINAL")]: "1x5 0x20" },
    at: "1m20s",
    notYetAt: "60s",
    firing: [
      {
        labels: { spacecraft },
        summary: "perigee-1: safe mode",
        description:
          "Mode of the attitude control and of the spacecraft: SAFE is 1 (limit 0). The spacecraft only keeps itself alive.",
      },
    ],
  },
  {
    alert: "BusSafeMode",
    it: "is silent in every other mode",
    series: { [mode("SAFE")]: "0x20", [mode("NOMINAL")]: "0x20", [mode("DETUMBLE")]: "1x20" },
    at: "1m20s",
    firing: [],
  },
];

export const spacecraftCases: readonly AlertCase[] = [...reboots, ...commands, ...safeModes];
