/** Reproducible random numbers: the same seed gives the same sequence. */
export interface Random {
  /** Random number, 0 <= x < 1. */
  next(): number;
  /** Random number around 0, mostly within +-2 times `size`. */
  noise(size: number): number;
}

/** Mulberry32 (public domain, T. Ettinger): 32 bits of state, enough for noise. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  // The sum of three uniform numbers is close enough to a normal distribution.
  return { next, noise: (size) => (next() + next() + next() - 1.5) * 2 * size };
}
