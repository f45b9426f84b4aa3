/**
 * Why something failed, in words. An address that has several (IPv4 and IPv6) fails with all their reasons and a message
 * that is empty; `fetch` hides the system's error in its cause.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner: readonly unknown[] = error instanceof AggregateError ? error.errors : [error.cause];
  const reasons = inner.filter((each) => each instanceof Error).map(reasonOf);
  return [...new Set([error.message, [...new Set(reasons)].join(", ")])].filter(Boolean).join(": ");
}
