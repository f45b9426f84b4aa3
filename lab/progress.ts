/** Function that receives one line of progress. */
export type Progress = (line: string) => void;

/** Duration for people: `8 s`, `3 min 12 s`. */
export function formatSeconds(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** One line of progress: `[ 3/12] etcd-3.6.8: building (1 min 4 s so far)`. */
export function progressLine(
  position: number,
  total: number,
  name: string,
  state: string,
  elapsedMs: number,
): string {
  const width = String(total).length;
  return `[${String(position).padStart(width)}/${total}] ${name}: ${state} (${formatSeconds(elapsedMs)} so far)`;
}

/** Repeats a line during long work, so that a silent minute does not look like a hang. */
export async function withHeartbeat<T>(
  say: () => void,
  work: () => Promise<T>,
  everyMs = 30_000,
): Promise<T> {
  const timer = setInterval(say, everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
