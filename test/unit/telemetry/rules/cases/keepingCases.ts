/** Cases of the alerts about history and archive. */
import type { AlertCase } from "../alertCase";
import { ownSeries, target } from "./series";

const lostSamples = (reason: string): string =>
  ownSeries("perigee_telemetry_history_dropped_samples_total", { reason });
const queued = ownSeries("perigee_telemetry_history_queued_samples");
const lastWrite = ownSeries("perigee_telemetry_history_last_write_timestamp_seconds");
const lostPackets = ownSeries("perigee_telemetry_archive_dropped_packets_total", { reason: "error" });
const copyWaiting = ownSeries("perigee_telemetry_archive_copy_waiting_bytes");
const copyWhole = ownSeries("perigee_telemetry_archive_copy_whole_timestamp_seconds");
const copyLost = ownSeries("perigee_telemetry_archive_copy_lost_bytes_total");
const { instance } = target;

export const keepingCases: readonly AlertCase[] = [
  {
    alert: "TelemetryHistoryDropped",
    it: "fires when samples have been left out for a quarter of an hour",
    series: { [lostSamples("too_old")]: "0+4x200" },
    at: "30m",
    notYetAt: "14m",
    firing: [
      {
        labels: { instance, reason: "too_old" },
        summary: "Samples are not in the history (too_old)",
        description:
          "360 samples in 15 minutes are not stored at their on-board time, reason too_old (limit 0); the live values are not concerned.",
      },
    ],
  },
  {
    alert: "TelemetryHistoryDropped",
    it: "is silent about a dump that came once, and about packets that have no time",
    series: { [lostSamples("too_old")]: "0x6 90x200", [lostSamples("no_time")]: "0+4x200" },
    at: "16m",
    firing: [],
  },
  {
    alert: "TelemetryHistoryNotWritten",
    it: "fires when samples wait and none is written",
    series: { [queued]: "0+10x200", [lastWrite]: "60x200" },
    at: "17m",
    notYetAt: "12m",
    firing: [
      {
        labels: { ...target },
        summary: "The history is not written",
        description:
          "1020 samples wait in 10.0.0.7:9464 and none was written for a while (limit 10 minutes): Prometheus does not take them.",
      },
    ],
  },
  {
    alert: "TelemetryHistoryNotWritten",
    it: "is silent between passes, when nothing waits, and while some of what waits is written",
    series: {
      [queued]: "0x200",
      [lastWrite]: "60x200",
      [ownSeries("perigee_telemetry_history_queued_samples", { instance: "b" })]: "900x200",
      [ownSeries("perigee_telemetry_history_last_write_timestamp_seconds", { instance: "b" })]: "0+10x200",
    },
    at: "30m",
    firing: [],
  },
  {
    alert: "TelemetryArchiveDropped",
    it: "fires when packets could not be kept",
    series: { [lostPackets]: "0x6 9x200" },
    at: "3m",
    notYetAt: "90s",
    firing: [
      {
        labels: { instance, reason: "error" },
        summary: "Packets are not in the archive (error)",
        description: "9 packets in 15 minutes are not in the archive, reason error (limit 0).",
      },
    ],
  },
  {
    alert: "TelemetryArchiveDropped",
    it: "is silent while all are kept",
    series: { [lostPackets]: "7x200" },
    at: "20m",
    firing: [],
  },
  {
    alert: "TelemetryArchiveNotCopied",
    it: "fires when files wait and the store has not had all for a quarter of an hour",
    series: { [copyWaiting]: "0x3 2048x200", [copyWhole]: "60x200" },
    at: "18m",
    notYetAt: "15m",
    firing: [
      {
        labels: { ...target },
        summary: "The packet archive is not copied",
        description:
          "The archive of 10.0.0.7:9464 was last copied whole to the object store more than 15 minutes ago (limit); 2kiB are known to wait.",
      },
    ],
  },
  {
    alert: "TelemetryArchiveNotCopied",
    it: "is silent while nothing is due, and while files are copied as they come",
    series: {
      [copyWaiting]: "0x200",
      [copyWhole]: "0+10x200",
      [ownSeries("perigee_telemetry_archive_copy_waiting_bytes", { instance: "b" })]: "512x200",
      [ownSeries("perigee_telemetry_archive_copy_whole_timestamp_seconds", { instance: "b" })]: "0+10x200",
    },
    at: "30m",
    firing: [],
  },
  {
    alert: "TelemetryArchiveCopyLost",
    it: "fires when files were removed that the store does not have",
    series: { [copyLost]: "0x6 1024x200" },
    at: "2m",
    notYetAt: "60s",
    firing: [
      {
        labels: { ...target },
        summary: "Packets were removed before they were copied",
        description:
          "1kiB of 10.0.0.7:9464's archive were removed by its bounds within 15 minutes, and are not in the object store (limit 0).",
      },
    ],
  },
  {
    alert: "TelemetryArchiveCopyLost",
    it: "is silent while every file was copied before it went",
    series: { [copyLost]: "1024x200" },
    at: "20m",
    firing: [],
  },
];
