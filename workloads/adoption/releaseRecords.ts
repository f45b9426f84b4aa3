/** Helm's records of a release, one Secret per revision, and the record that an interrupted run left pending. */

export interface ReleaseRecord {
  /** Name of the Secret, such as `sh.helm.release.v1.monitoring.v2`. */
  readonly secret: string;
  readonly revision: number;
  /** Helm's status: `deployed`, `failed`, `superseded`, `uninstalling`, `pending-install`, ... */
  readonly status: string;
}

/** The newest record, which Helm uses; undefined when there is none. */
export function newestRecord(records: readonly ReleaseRecord[]): ReleaseRecord | undefined {
  return records.toSorted((one, other) => other.revision - one.revision)[0];
}

/** True when an operation on the release is pending: Helm refuses any other until it ends. */
export const isPending = ({ status }: ReleaseRecord): boolean => status.startsWith("pending-");

/** The record to remove before Helm upgrades a release: the pending one of an interrupted operation. */
export function recordsBeforeUpgrade(records: readonly ReleaseRecord[]): readonly ReleaseRecord[] {
  const newest = newestRecord(records);
  return newest !== undefined && isPending(newest) ? [newest] : [];
}
