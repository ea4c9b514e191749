/** Milliseconds since 1970-01-01T00:00:00Z. All times in the core are UTC. */
export type EpochMs = number;

export const SECOND: EpochMs = 1000;
export const MINUTE: EpochMs = 60 * SECOND;
export const HOUR: EpochMs = 60 * MINUTE;
export const DAY: EpochMs = 24 * HOUR;

/** The interval at which signals are counted. */
export const BUCKET: EpochMs = 5 * MINUTE;

/** Half-open: `start <= t < end`. */
export interface TimeWindow {
  readonly start: EpochMs;
  readonly end: EpochMs;
}

export const bucketStart = (time: EpochMs, bucket: EpochMs = BUCKET): EpochMs => Math.floor(time / bucket) * bucket;

/** `2026-11-03T02:14:00Z`: CloudTrail's own form, seconds only. */
export const isoTime = (time: EpochMs): string => `${new Date(time).toISOString().slice(0, 19)}Z`;
