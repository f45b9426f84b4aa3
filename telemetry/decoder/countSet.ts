/** Set of sequence counts: which packets of the last lap of the counter have come. */
import { sequenceModulus } from "./primaryHeader";

const wordBits = 32;
const all = 0xffffffff;

/** Set with a bit for each of the 16,384 counts, 2 KiB whatever comes. */
export class CountSet {
  private readonly words = new Uint32Array(sequenceModulus / wordBits);

  has(count: number): boolean {
    return ((this.words[count >>> 5] ?? 0) & (1 << (count & 31))) !== 0;
  }

  add(count: number): void {
    const word = count >>> 5;
    this.words[word] = (this.words[word] ?? 0) | (1 << (count & 31));
  }

  addAll(): void {
    this.words.fill(all);
  }

  /** Removes the counts from `first` on, at most all of them, over the end of the counter too. */
  remove(first: number, counts: number): void {
    const end = first + counts;
    this.removeUpTo(first, Math.min(end, sequenceModulus));
    if (end > sequenceModulus) this.removeUpTo(0, end - sequenceModulus);
  }

  /** Removes the counts from `from` up to, but without, `to`: whole words at once, so that a long gap costs little. */
  private removeUpTo(from: number, to: number): void {
    let at = from;
    while (at < to) {
      const word = at >>> 5;
      if ((at & 31) === 0 && to - at >= wordBits) {
        const wholeEnd = to >>> 5;
        this.words.fill(0, word, wholeEnd);
        at = wholeEnd * wordBits;
      } else {
        this.words[word] = (this.words[word] ?? 0) & ~(1 << (at & 31));
        at++;
      }
    }
  }
}
