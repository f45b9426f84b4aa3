/** Helm's records of a release: one Secret for each revision. What an interrupted run has left in them. */

export interface ReleaseRecord {
  /** The Secret's name, such as `sh.helm.release.v1.monitoring.v2`. */
  readonly secret: string;
  readonly revision: number;
  /** Helm's status: `deployed`, `failed`, `superseded`, `uninstalling`, `pending-install`, ... */
  readonly status: string;
}

/** The newest record, which Helm goes by; undefined where there is none. */
export function newestRecord(records: readonly ReleaseRecord[]): ReleaseRecord | undefined {
  return records.toSorted((one, other) => other.revision - one.revision)[0];
}

/** Whether an operation on the release has begun and not ended: Helm refuses any other until it has. */
export const isPending = ({ status }: ReleaseRecord): boolean => status.startsWith("pending-");

/** The record to remove before Helm upgrades a release: that of an operation that nobody will end any more. */
export function recordsBeforeUpgrade(records: readonly ReleaseRecord[]): readonly ReleaseRecord[] {
  const newest = newestRecord(records);
  return newest !== undefined && isPending(newest) ? [newest] : [];
}
