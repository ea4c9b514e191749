import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { ModelOptions, SavedModel } from "#core/ports/detector-engine.ts";
import type { Surprise } from "./habits.ts";
import type { SavedHistory } from "./recent-history.ts";
import type { SavedRates } from "./seasonal-rates.ts";
import type { SavedSlowWindows } from "./slow-windows.ts";

const VERSION = 1;

/** All that a count model remembers: plain numbers, exact through JSON. */
export interface SavedState {
  readonly bucket: EpochMs;
  readonly unit: number;
  /** Index of the next bucket; `null` before the first. */
  readonly next: number | null;
  readonly firstSeen: number | null;
  readonly hour: number;
  readonly quiet: number;
  readonly asleep: boolean;
  readonly knownHours: number;
  readonly base: number;
  readonly spread: number | null;
  readonly rates: SavedRates;
  readonly dispersion: readonly (readonly number[])[];
  readonly level: readonly [number, number];
  readonly history: SavedHistory;
  readonly slow: SavedSlowWindows | null;
  readonly habits: readonly Surprise[];
}

export const saved = (state: SavedState): SavedModel => ({ version: VERSION, state });

/** Throws TrailwatchError `STORE_VERSION` for another version, and for buckets or units other than the model's. */
export function readState({ version, state: unknownState }: SavedModel, options: ModelOptions): SavedState {
  const state = unknownState as SavedState;
  if (version === VERSION && state.bucket === options.bucket && state.unit === (options.unit ?? 1)) return state;
  throw new TrailwatchError(
    "STORE_VERSION",
    `a model's state (version ${version}, buckets of ${state?.bucket} ms, unit ${state?.unit}) does not fit this one (version ${VERSION}, ${options.bucket} ms, ${options.unit ?? 1})`,
    "Run the analysis again from the events: states are rebuilt from them.",
  );
}
