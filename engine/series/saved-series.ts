import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { SavedModel } from "#core/ports/detector-engine.ts";
import type { SavedAfterglow } from "./afterglow.ts";
import type { SavedChange } from "./change-model.ts";
import type { SavedKind } from "./kind.ts";
import type { SavedMeasurement } from "./measurement-model.ts";
import type { SavedPeaks } from "./peaks.ts";

const VERSION = 2;

/** What a detector remembers between two points; plain numbers, exact through JSON. */
export interface SeriesState {
  /** `null` where values are no counts. */
  readonly count: SavedModel | null;
  readonly countPeaks: SavedPeaks;
  readonly measurement: SavedMeasurement;
  readonly measurementPeaks: SavedPeaks;
  readonly change: SavedChange;
  readonly changePeaks: SavedPeaks;
  readonly forestPeaks: SavedPeaks;
  readonly kind: SavedKind;
  readonly said: SavedAfterglow;
  readonly phase: number | null;
  readonly last: number | null;
  readonly time: EpochMs | null;
  readonly known: number;
}

export interface SavedSeries {
  readonly version: number;
  readonly interval: EpochMs;
  readonly counts: boolean | null;
  readonly state: SeriesState;
  /** The forest's own, which is bytes; `null` without one. */
  readonly forest: Uint8Array | null;
}

interface Options {
  readonly interval: EpochMs;
  readonly counts?: boolean;
  readonly forest?: boolean;
}

export const savedSeries = (options: Options, state: SeriesState, forest: Uint8Array | null): SavedSeries => ({
  version: VERSION,
  interval: options.interval,
  counts: options.counts ?? null,
  state,
  forest,
});

/** Throws TrailwatchError `STORE_VERSION` for another version, and for options other than it was saved with. */
export function readSeries({ version, interval, counts, state, forest }: SavedSeries, options: Options): SeriesState {
  const sameOptions = interval === options.interval && counts === (options.counts ?? null);
  if (version === VERSION && sameOptions && (forest !== null) === (options.forest ?? false)) return state;
  throw new TrailwatchError(
    "STORE_VERSION",
    `a series' state (version ${version}, points every ${interval} ms) does not fit these options (version ${VERSION}, ${options.interval} ms)`,
    "Begin again with the series' first points.",
  );
}
