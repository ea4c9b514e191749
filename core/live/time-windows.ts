import { BUCKET, bucketStart, type EpochMs, type TimeWindow } from "../domain/time.ts";

/** Windows of whole buckets around times, in order; those no further apart than `apart` are one. */
export function windowsAround(times: Iterable<EpochMs>, apart: EpochMs): readonly TimeWindow[] {
  const windows: { start: EpochMs; end: EpochMs }[] = [];
  for (const time of [...times].sort((a, b) => a - b)) {
    const start = bucketStart(time);
    const last = windows.at(-1);
    if (last && start - last.end <= apart) last.end = Math.max(last.end, start + BUCKET);
    else windows.push({ start, end: start + BUCKET });
  }
  return windows;
}

export const overlapsAny = ({ start, end }: TimeWindow, windows: readonly TimeWindow[]): boolean =>
  windows.some((window) => window.start < end && start < window.end);
