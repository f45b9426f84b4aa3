/** Cases with a contact plan: silence between contacts, loss of signal in one, alarms that outlast both. */
import type { AlertCase } from "../alertCase";
import { orbit, power, series, spacecraft } from "./series";

/** Samples each 10 s. Contacts in these cases begin at 0 and end at 10 minutes, or begin at 10 minutes. */
const newest = (packet: typeof power | typeof orbit): string =>
  series("bus_last_packet_timestamp_seconds", packet);
const base = {
  [series("bus_packet_period_seconds", power)]: "1x400",
  [series("bus_packet_period_seconds", orbit)]: "10x400",
  [series("process_start_time_seconds")]: "1x400",
  [series("bus_idle_packets_total")]: "0x400",
};
const [expected, signal] = [series("bus_contact_expected"), series("bus_signal_expected_seconds")];
/** Signal expected from 60 to 540 s. */
const contact = { [expected]: "1x59 0x340", [signal]: "_x6 0+10x48 stale" };
const noContact = { [expected]: "0x400" };
const nextContact = { [expected]: "0x59 1x340", [signal]: "_x66 0+10x100" };
const silentAfter = (samples: number): Record<string, string> => ({
  [newest(power)]: `9+10x${samples} ${9 + 10 * samples}x300`,
  [newest(orbit)]: `9+10x${samples} ${9 + 10 * samples}x300`,
});

const lossOfSignal = (duration: string): AlertCase["firing"] => [
  {
    labels: { spacecraft },
    summary: "perigee-1: loss of signal",
    description: `No packet of any kind for ${duration}: every kind is more than 5 of its periods late, or none came for 3 minutes of a contact.`,
  },
];
const voltage = "bus_power_battery_voltage_volts";
const limit = {
  [series("bus_parameter_limit", { parameter: voltage, severity: "red", bound: "low" })]: "13.2x400",
};
const redNow = (description: string): AlertCase["firing"] => [
  {
    labels: { spacecraft, parameter: voltage, bound: "low" },
    summary: "perigee-1: power battery voltage below its red limit",
    description: `Voltage of the battery at its terminals: ${description}below the red low limit of 13.2V.`,
  },
];
const heldRed = redNow("no value since the signal was lost; it was ");
const red: Pick<AlertCase, "alert" | "bound"> = { alert: "BusParameterRed", bound: "low" };

const silences: AlertCase[] = [
  {
    alert: "BusLossOfSignal",
    it: "is silent between contacts",
    series: { ...base, ...noContact, ...silentAfter(5) },
    at: "50m",
    firing: [],
  },
  {
    alert: "BusLossOfSignal",
    it: "fires within minutes where a planned contact brings no packet",
    series: { ...base, ...nextContact, ...silentAfter(5) },
    at: "13m",
    notYetAt: "12m10s",
    firing: lossOfSignal("12m 1s"),
  },
  {
    alert: "BusLossOfSignal",
    it: "fires when the signal is lost in the midst of a contact, and goes on behind its end until it is back",
    series: { ...base, ...contact, ...silentAfter(20) },
    at: "40m",
    notYetAt: "4m10s",
    firing: lossOfSignal("36m 31s"),
  },
  {
    alert: "BusLossOfSignal",
    it: "is silent when the signal fades in the last minute of a contact",
    series: { ...base, ...contact, ...silentAfter(54) },
    at: "40m",
    firing: [],
  },
  {
    alert: "BusLossOfSignal",
    it: "fires after three minutes in a contact, however slow the slowest kind is",
    series: {
      ...base,
      ...nextContact,
      ...silentAfter(5),
      [series("bus_packet_period_seconds", orbit)]: "3600x400",
    },
    at: "15m",
    notYetAt: "14m",
    firing: lossOfSignal("14m 1s"),
  },
  {
    alert: "BusLossOfSignal",
    it: "fires again at any time behind the end of the plan",
    series: { ...base, [expected]: "0x30 stale", ...silentAfter(5) },
    at: "8m",
    firing: lossOfSignal("7m 1s"),
  },
  {
    alert: "BusPacketOverdue",
    it: "is silent between contacts, and while a kind has not had the time to come in one",
    series: { ...base, ...nextContact, ...silentAfter(5), [newest(power)]: "9+10x5 59x54 609+10x60" },
    at: "11m40s",
    firing: [],
  },
  {
    alert: "BusPacketOverdue",
    it: "fires for the one kind that a contact does not bring, and goes on behind its end",
    series: { ...base, ...contact, ...silentAfter(59), [newest(orbit)]: "9x400" },
    at: "30m",
    firing: [
      {
        labels: { spacecraft, ...orbit },
        summary: "perigee-1: orbit_housekeeping packets are overdue",
        description:
          "The newest orbit_housekeeping packet (APID 105) is 179 periods old (limit 5); its parameters are no longer known.",
      },
    ],
  },
];

const alarms: AlertCase[] = [
  {
    ...red,
    it: "stays through ninety minutes of silence after it was red at LOS",
    series: {
      ...base,
      ...limit,
      [series(voltage)]: "13x20 stale",
      [series("bus_idle_packets_total")]: "0x800",
    },
    at: "90m",
    firing: heldRed,
  },
  {
    ...red,
    it: "stays through a restart of the exporter in the silence",
    series: {
      ...limit,
      [series(voltage)]: "13x20 stale",
      [series("bus_idle_packets_total")]: "0x40 stale _x30 0x200",
    },
    at: "30m",
    firing: heldRed,
  },
  {
    ...red,
    it: "goes on with the value when the signal is back",
    series: { ...base, ...limit, [series(voltage)]: "13x20 stale _x200 12.9x50" },
    at: "40m",
    firing: redNow("12.9V, "),
  },
  {
    ...red,
    it: "is resolved by a value within the limit, and by nothing else",
    series: { ...base, ...limit, [series(voltage)]: "13x20 stale _x200 14x50" },
    at: "40m",
    firing: [],
  },
  {
    ...red,
    it: "is not there behind a LOS at which the value had not been red for long enough",
    series: { ...base, ...limit, [series(voltage)]: "14x20 13 stale" },
    at: "30m",
    firing: [],
  },
  {
    ...red,
    it: "ends where no exporter has served the spacecraft for an hour",
    series: {
      ...limit,
      [series(voltage)]: "13x20 stale",
      [series("bus_idle_packets_total")]: "0x40 stale",
    },
    at: "70m",
    firing: [],
  },
  {
    alert: "BusSafeMode",
    it: "goes on through a silence",
    series: {
      ...base,
      [series("bus_attitude_mode", { state: "SAFE" })]: "1x20 stale",
      [series("bus_attitude_mode", { state: "NOMINAL" })]: "0x20 stale",
    },
    at: "60m",
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
    alert: "BusUnexpectedReboot",
    it: "goes on when the signal is lost",
    series: {
      ...base,
      [series("bus_computer_boots_total")]: "17x10 18x10 stale",
      [series("bus_computer_reset_cause", { state: "WATCHDOG" })]: "1x20 stale",
    },
    at: "60m",
    firing: [
      {
        labels: { spacecraft },
        summary: "perigee-1: the on-board computer started again",
        description:
          "The on-board computer started again and nobody had commanded it: no count since the signal was lost (limit: no new boot).",
      },
    ],
  },
  {
    alert: "BusTelecommandRejected",
    it: "goes on when the signal is lost",
    series: { ...base, [series("bus_computer_commands_rejected_total")]: "4x20 5x5 stale" },
    at: "60m",
    firing: [
      {
        labels: { spacecraft },
        summary: "perigee-1: a telecommand was rejected",
        description: "The spacecraft had rejected telecommands when the signal was lost (limit 0).",
      },
    ],
  },
  {
    alert: "BusTelecommandRejected",
    it: "fires at AOS when the count rose in the silence",
    series: { ...base, [series("bus_computer_commands_rejected_total")]: "5x10 stale _x300 8x60" },
    at: "53m",
    firing: [
      {
        labels: { spacecraft },
        summary: "perigee-1: a telecommand was rejected",
        description:
          "The spacecraft rejected about 3 telecommands in 5 minutes, or in the silence before (limit 0).",
      },
    ],
  },
  {
    alert: "BusTelecommandRejected",
    it: "is silent at AOS when it did not",
    series: { ...base, [series("bus_computer_commands_rejected_total")]: "5x10 stale _x300 5x60" },
    at: "53m",
    firing: [],
  },
];

const gaps: AlertCase[] = [
  {
    alert: "BusSequenceGaps",
    it: "counts neither a second station's copies nor stored packets among what might have been lost",
    series: {
      [series("bus_packets_received_total", power)]: "0+1000x60",
      [series("bus_packet_duplicates_total", power)]: "0+9x60",
      [series("bus_stored_packets_total", power)]: "0+982x60",
      [series("bus_packet_gaps_total", power)]: "0+1x60",
      [series("bus_packet_reordered_total", power)]: "0x60",
    },
    at: "8m",
    firing: [
      {
        labels: { spacecraft, ...power },
        summary: "perigee-1: power_housekeeping packets are lost",
        description:
          "10% of the power_housekeeping packets (APID 100) of the last 5 minutes are missing (limit 1%).",
      },
    ],
  },
];

const acquired = series("bus_signal_acquired_timestamp_seconds");
const silence = series("bus_signal_silence_seconds");
const plans: AlertCase[] = [
  {
    alert: "BusSignalAcquired",
    it: "fires once, not for each kind of packet, when the signal is back after a long silence",
    series: { [acquired]: "_x29 300x60", [silence]: "_x29 5400x60" },
    at: "6m",
    firing: [
      {
        labels: { spacecraft },
        summary: "perigee-1: the signal is back after a long silence",
        description:
          "No live packet of any kind came for 1h 30m 0s (limit 10 minutes): what was sent meanwhile is not known here and is no gap. The recorder may have it.",
      },
    ],
  },
  {
    alert: "BusSignalAcquired",
    it: "is silent five minutes later",
    series: { [acquired]: "_x29 300x60", [silence]: "_x29 5400x60" },
    at: "10m10s",
    firing: [],
  },
  {
    alert: "BusSignalAcquired",
    it: "is silent about a short silence",
    series: { [acquired]: "_x29 300x60", [silence]: "_x29 300x60" },
    at: "6m",
    firing: [],
  },
  {
    alert: "BusContactPlanEnding",
    it: "fires when the last planned contact is near",
    series: { [series("bus_contact_plan_left_seconds")]: "21590-10x60" },
    at: "6m",
    notYetAt: "4m",
    firing: [
      {
        labels: { spacecraft },
        summary: "perigee-1: the contact plan ends",
        description:
          "The last planned contact is over in 5h 53m 50s (limit 6 hours). Behind it a signal is expected at any time, and its loss is an alert.",
      },
    ],
  },
  {
    alert: "BusContactPlanEnding",
    it: "is silent while there are contacts enough",
    series: { [series("bus_contact_plan_left_seconds")]: "90000-10x60" },
    at: "9m",
    firing: [],
  },
  {
    alert: "BusContactPlanStale",
    it: "fires when the plan cannot be read",
    series: { [series("bus_contact_plan_age_seconds")]: "1790+10x60" },
    at: "6m",
    notYetAt: "4m",
    firing: [
      {
        labels: { spacecraft },
        summary: "perigee-1: the contact plan cannot be read",
        description:
          "The contact plan was last read 35m 50s ago (limit 30 minutes): it may have changed. The exporter's log says why.",
      },
    ],
  },
  {
    alert: "BusContactPlanStale",
    it: "is silent while it is read",
    series: { [series("bus_contact_plan_age_seconds")]: "100x60" },
    at: "9m",
    firing: [],
  },
];

export const contactCases: readonly AlertCase[] = [...silences, ...alarms, ...gaps, ...plans];
