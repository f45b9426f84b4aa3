/** Alerts about the cluster's backups. Labels of the exporter's pod are left out: its restart is no new alert. */
import { ofMachine, type PlatformAlertSpec } from "./alert";

const lastSuccess = ofMachine("perigee_backup_last_success_timestamp_seconds");

/** Go template that prints the error. As a label of the alert, each new error would begin a new alert. */
const errorText =
  "{{ range query (printf `" +
  ofMachine("perigee_backup_error_info", "instance=%q") +
  "` $labels.instance) }}{{ .Labels.error }}{{ end }}";

/**
 * Time of the cluster's last backup, whichever control plane made it. Where none ever succeeded, the time when
 * Prometheus first saw that backups are made: a new cluster is not overdue. The range is more than two of the longest
 * intervals (a day each).
 */
const lastOrFirstSeen = `(max(${lastSuccess} > 0) or min(min_over_time(timestamp(${lastSuccess})[3d:5m])))`;

export const backupAlerts: readonly PlatformAlertSpec[] = [
  {
    alert: "BackupFailing",
    expr: `max by (instance) (${ofMachine("perigee_backup_failed")}) == 1`,
    forSeconds: 300,
    severity: "warning",
    summary: "A backup failed",
    description: `The last attempt on {{ $labels.instance }} to back up the cluster failed (failed is {{ $value | printf "%.0f" }}, limit 0): ${errorText}`,
  },
  {
    alert: "BackupOverdue",
    expr: `time() - ${lastOrFirstSeen} > 2 * max(${ofMachine("perigee_backup_interval_seconds")})`,
    forSeconds: 300,
    severity: "critical",
    summary: "The cluster has no recent backup",
    description:
      "No backup of the cluster has succeeded for {{ $value | humanizeDuration }} (limit: two intervals): what changed since then is lost with the control plane.",
  },
  {
    alert: "BackupMissing",
    expr: `absent(${lastSuccess})`,
    forSeconds: 900,
    severity: "critical",
    summary: "Nothing is known of the cluster's backups",
    description:
      'Backups are on, but no control plane tells of them (reports missing: {{ $value | printf "%.0f" }}, limit 0): nobody knows whether there is one.',
  },
];
