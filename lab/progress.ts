/** Function that receives one line of progress. */
export type Progress = (line: string) => void;

/** Duration for people: `8 s`, `3 min 12 s`. */
export function formatSeconds(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** One line of progress: `[ 3/12] etcd-3.6.8: building, 1 min 4 s so far, about 3 min left`. */
export function progressLine(position: number, total: number, name: string, state: string): string {
  const width = String(total).length;
  return `[${String(position).padStart(width)}/${total}] ${name}: ${state}`;
}

/**
 * Time that work of known pieces has taken and will take. A piece has a weight, its seconds on another machine: what
 * the finished pieces took against their weights says how fast this one is.
 */
export class Work {
  private readonly start: number;
  private pieceStart: number;
  private left: number;
  private finished = 0;
  private finishedMs = 0;

  /** @param now clock in milliseconds */
  constructor(
    weights: readonly number[],
    private readonly now: () => number = Date.now,
  ) {
    this.start = this.pieceStart = now();
    this.left = sum(weights);
  }

  /** Counts a piece as finished. */
  done(weight: number): void {
    this.finished += weight;
    this.finishedMs += this.now() - this.pieceStart;
    this.spared(weight);
  }

  /** Counts a piece as not needed any more: it says nothing about how fast this machine works. */
  spared(weight: number): void {
    this.left -= weight;
    this.pieceStart = this.now();
  }

  /** Text for people: `2 min 4 s so far, about 8 min left`. */
  said(): string {
    const soFar = this.now() - this.start;
    const pace = this.finished > 0 ? this.finishedMs / this.finished : 1000;
    const leftMs = this.left * pace - (this.now() - this.pieceStart);
    const minutes = Math.round(leftMs / 60_000);
    const left = minutes < 1 ? "less than a minute left" : `about ${minutes} min left`;
    return `${formatSeconds(soFar)} so far, ${left}`;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
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
