import { table } from "./markdown.ts";

/** Something that an evaluation promises. */
export interface Limit {
  readonly what: string;
  /** The promise: `at least 90 %`. */
  readonly wanted: string;
  readonly measured: string;
  readonly kept: boolean;
}

export const limitsTable = (limits: readonly Limit[]): string =>
  table(
    ["limit", "wanted", "measured", "kept"],
    limits.map(({ what, wanted, measured, kept }) => [what, wanted, measured, kept ? "yes" : "**no**"]),
  );

/** Prints the limits, and leaves the process with exit code 1 when one is broken. */
export function holdTo(limits: readonly Limit[]): void {
  for (const { what, wanted, measured, kept } of limits) {
    console.log(`${kept ? "kept  " : "BROKEN"}  ${what}: ${measured} (wanted: ${wanted})`);
    if (!kept) process.exitCode = 1;
  }
}
