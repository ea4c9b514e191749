export interface Draw {
  /** Above 0, below 1. */
  uniform(): number;
  /** Mean 0, deviation 1. */
  normal(): number;
  among<T>(choices: readonly T[]): T;
}

/** A stream of chance by its seed (mulberry32). */
export function drawing(seed: number): Draw {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
    among: (choices) => choices[Math.floor(uniform() * choices.length)] as never,
  };
}
