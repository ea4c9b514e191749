import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";

const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z?)?$/;

/** `2026-11-01` or `2026-11-01T06:00[:00][Z]`, always UTC. */
export function timeArgument(option: string, text: string | undefined): EpochMs | undefined {
  if (text === undefined) return undefined;
  const time = TIME.test(text) ? Date.parse(text.length === 10 || text.endsWith("Z") ? text : `${text}Z`) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new TrailwatchError(
      "USAGE",
      `${option} ${text} is not a time`,
      "Write it as 2026-11-01 or 2026-11-01T06:00:00Z (UTC).",
    );
  }
  return time;
}

/** `--from` and `--to`; a range that ends before it begins is refused. */
export function rangeArguments(options: { readonly from?: string; readonly to?: string }): {
  readonly from: EpochMs | undefined;
  readonly to: EpochMs | undefined;
} {
  const from = timeArgument("--from", options.from);
  const to = timeArgument("--to", options.to);
  if (from !== undefined && to !== undefined && from >= to) {
    throw new TrailwatchError(
      "USAGE",
      `--from ${options.from} is not before --to ${options.to}`,
      "Swap them, or leave one out.",
    );
  }
  return { from, to };
}

export function countArgument(option: string, text: string, minimum = 1): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < minimum || !Number.isSafeInteger(count)) {
    throw new TrailwatchError(
      "USAGE",
      `${option} ${text} is not a whole number of at least ${minimum}`,
      `Give ${option} a whole number.`,
    );
  }
  return count;
}
