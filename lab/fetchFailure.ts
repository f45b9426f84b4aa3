/** Reason why a request failed, in a few words: the system's code (`ENOTFOUND`), else the innermost message. */
export function fetchFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const code = "code" in cause ? String(cause.code) : "";
  return /^E[A-Z]+$/.test(code) ? code : cause.message;
}
