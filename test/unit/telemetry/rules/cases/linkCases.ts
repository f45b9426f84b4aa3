import type { AlertCase } from "../alertCase";
import { orbit, power, secondTarget, series, spacecraft, target } from "./series";

/** Event messages, which come when something happens. */
const events = { apid: "8", packet: "long_event" } as const;

const newest = (packet: typeof power | typeof orbit | typeof events, from = target): string =>
  series("bus_last_packet_timestamp_seconds", packet, from);
const periods = {
  [series("bus_packet_period_seconds", power)]: "1x200",
  [series("bus_packet_period_seconds", orbit)]: "10x200",
  [series("process_start_time_seconds")]: "1x200",
};
/** A packet just before each sample. */
const punctual = "9+10x60";
/** The newest came at 59 s. */
const silentSinceOneMinute = "9+10x5 59x60";

const signal: AlertCase[] = [
  {
    alert: "BusLossOfSignal",
    it: "fires when no packet of any kind comes any more",
    series: { ...periods, [newest(power)]: silentSinceOneMinute, [newest(orbit)]: silentSinceOneMinute },
    at: "3m",
    notYetAt: "2m",
    firing: [
      {
        labels: { spacecraft },
        summary: "perigee-1: loss of signal",
        description:
          "No packet of any kind for 2m 1s: every kind is more than 5 of its periods late, or none came for 3 minutes of a contact.",
      },
    ],
  },
  {
    alert: "BusLossOfSignal",
    it: "is silent while one kind of packet still comes",
    series: { ...periods, [newest(power)]: silentSinceOneMinute, [newest(orbit)]: punctual },
    at: "3m",
    firing: [],
  },
  {
    alert: "BusLossOfSignal",
    it: "is silent while events still come, which have no period",
    series: {
      ...periods,
      [newest(power)]: silentSinceOneMinute,
      [newest(orbit)]: silentSinceOneMinute,
      [newest(events)]: punctual,
    },
    at: "3m",
    firing: [],
  },
  {
    alert: "BusLossOfSignal",
    it: "is silent when packets come again before half a minute is over",
    series: {
      ...periods,
      [newest(power)]: "9+10x5 59x6 129+10x20",
      [newest(orbit)]: "9+10x5 59x6 129+10x20",
    },
    at: "2m20s",
    firing: [],
  },
  {
    alert: "BusLossOfSignal",
    it: "fires when not one packet came since the exporter's start",
    series: { ...periods, [newest(power)]: "0x60", [newest(orbit)]: "0x60" },
    at: "3m",
    firing: [
      {
        labels: { spacecraft },
        summary: "perigee-1: loss of signal",
        description:
          "No packet of any kind for 2m 59s: every kind is more than 5 of its periods late, or none came for 3 minutes of a contact.",
      },
    ],
  },
];

const overdue: AlertCase[] = [
  {
    alert: "BusPacketOverdue",
    it: "fires for the one kind that stops",
    series: { ...periods, [newest(power)]: silentSinceOneMinute, [newest(orbit)]: punctual },
    at: "3m",
    notYetAt: "80s",
    firing: [
      {
        labels: { spacecraft, ...power },
        summary: "perigee-1: power_housekeeping packets are overdue",
        description:
          "The newest power_housekeeping packet (APID 100) is 121 periods old (limit 5); its parameters are no longer known.",
      },
    ],
  },
  {
    alert: "BusPacketOverdue",
    it: "is silent while packets come, however long the scrape interval",
    series: { ...periods, [newest(power)]: "59+60x10", [newest(orbit)]: "52+60x10" },
    interval: "60s",
    at: "5m50s",
    firing: [],
  },
  {
    alert: "BusPacketOverdue",
    it: "is silent about events, however long none came",
    series: { ...periods, [newest(power)]: punctual, [newest(orbit)]: punctual, [newest(events)]: "9x60" },
    at: "9m",
    firing: [],
  },
  {
    alert: "BusPacketOverdue",
    it: "is silent after the exporter's restart until the packet had time to come",
    series: { ...periods, [newest(power)]: punctual, [newest(orbit)]: "0x60" },
    at: "1m10s",
    firing: [],
  },
  {
    alert: "BusPacketOverdue",
    it: "is silent while a second exporter of the same spacecraft receives",
    series: {
      ...periods,
      [newest(power)]: silentSinceOneMinute,
      [series("bus_packet_period_seconds", power, secondTarget)]: "1x60",
      [newest(power, secondTarget)]: punctual,
    },
    at: "3m",
    firing: [],
  },
];

const counters = (
  received: string,
  gaps: string,
  reordered = "0x60",
  { duplicates = "0x60", stored = "0x60" } = {},
): Record<string, string> => ({
  [series("bus_packet_duplicates_total", power)]: duplicates,
  [series("bus_stored_packets_total", power)]: stored,
  [series("bus_packets_received_total", power)]: received,
  [series("bus_packet_gaps_total", power)]: gaps,
  [series("bus_packet_reordered_total", power)]: reordered,
});

const gaps: AlertCase[] = [
  {
    alert: "BusSequenceGaps",
    it: "fires when one packet in ten is lost",
    series: { ...counters("0+9x60", "0+1x60"), [series("bus_computer_boots_total")]: "17x60" },
    at: "8m",
    notYetAt: "60s",
    firing: [
      {
        labels: { spacecraft, ...power },
        summary: "perigee-1: power_housekeeping packets are lost",
        description:
          "10% of the power_housekeeping packets (APID 100) of the last 5 minutes are missing (limit 1%).",
      },
    ],
  },
  {
    alert: "BusSequenceGaps",
    it: "is silent when a single packet of a slow kind is lost",
    series: counters("0+1x60", "0x20 1x40"),
    at: "5m",
    firing: [],
  },
  {
    alert: "BusSequenceGaps",
    it: "is silent when the missing packets only came late",
    series: counters("0+9x60", "0+1x60", "0+1x60"),
    at: "8m",
    firing: [],
  },
  {
    alert: "BusSequenceGaps",
    it: "is silent when the on-board computer started again and counts from 0",
    series: {
      ...counters("0+9x60", "0x30 6000x30"),
      [series("bus_computer_boots_total")]: "17x30 18x30",
    },
    at: "8m",
    firing: [],
  },
];

const errors: AlertCase[] = [
  {
    alert: "BusDecodeErrors",
    it: "fires with the reason when packets are spoilt",
    series: {
      [series("bus_decode_errors_total", { reason: "truncated" })]: "0+1x60",
      [series("bus_decode_errors_total", { reason: "version" })]: "0x60",
    },
    at: "6m",
    notYetAt: "30s",
    firing: [
      {
        labels: { spacecraft, reason: "truncated" },
        summary: "perigee-1: packets cannot be decoded (truncated)",
        description: "30 packets or values in 5 minutes could not be decoded, reason truncated (limit 0).",
      },
    ],
  },
  {
    alert: "BusDecodeErrors",
    it: "names the packet where it is known",
    series: { [series("bus_decode_errors_total", { reason: "length", packet: "thermal" })]: "0+1x60" },
    at: "6m",
    firing: [
      {
        labels: { spacecraft, reason: "length", packet: "thermal" },
        summary: "perigee-1: packets cannot be decoded (length)",
        description:
          "30 packets or values in 5 minutes could not be decoded, reason length, packet thermal (limit 0).",
      },
    ],
  },
  {
    alert: "BusDecodeErrors",
    it: "is silent about errors of long ago",
    series: { [series("bus_decode_errors_total", { reason: "truncated" })]: "0 50x59" },
    at: "8m",
    firing: [],
  },
  {
    alert: "BusUnknownApid",
    it: "fires when packets come that the dictionary does not have",
    series: { [series("bus_unknown_apid_total")]: "0+1x60" },
    at: "6m",
    notYetAt: "30s",
    firing: [
      {
        labels: { spacecraft },
        summary: "perigee-1: packets that the dictionary does not know",
        description:
          "30 packets in 5 minutes had an APID that the telemetry dictionary does not have (limit 0); bus_unknown_apid_packets_total names it.",
      },
    ],
  },
  {
    alert: "BusUnknownApid",
    it: "is silent while every APID is known",
    series: { [series("bus_unknown_apid_total")]: "3x60" },
    at: "6m",
    firing: [],
  },
];

const driftOf = (description: string): AlertCase["firing"] => [
  { labels: { spacecraft }, summary: "perigee-1: the on-board clock is off", description },
];

const clock: AlertCase[] = [
  {
    alert: "BusClockDrift",
    it: "fires when the on-board clock is fast",
    series: { [series("bus_onboard_time_offset_seconds")]: "2.5x60" },
    at: "2m",
    notYetAt: "50s",
    firing: driftOf("On-board time minus ground time is 2.500 s (limit 2 s either way)."),
  },
  {
    alert: "BusClockDrift",
    it: "fires when it is slow",
    series: { [series("bus_onboard_time_offset_seconds")]: "-7x60" },
    at: "2m",
    firing: driftOf("On-board time minus ground time is -7.000 s (limit 2 s either way)."),
  },
  {
    alert: "BusClockDrift",
    it: "is silent about a packet's way to the ground",
    series: { [series("bus_onboard_time_offset_seconds")]: "-0.3x60" },
    at: "2m",
    firing: [],
  },
  {
    alert: "BusClockDrift",
    it: "is silent when one packet's time is wrong",
    series: { [series("bus_onboard_time_offset_seconds")]: "0x8 900 0x40" },
    at: "2m",
    firing: [],
  },
];

export const linkCases: readonly AlertCase[] = [...signal, ...overdue, ...gaps, ...errors, ...clock];
