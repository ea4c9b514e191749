/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Millis = number;

export const SECOND: Millis = 1000;
export const MINUTE: Millis = 60 * SECOND;
export const HOUR: Millis = 60 * MINUTE;
export const DAY: Millis = 24 * HOUR;

/** `2026-11-03T02:14:00Z`, as `eventTime` has it: seconds only. */
export const isoSeconds = (time: Millis): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

/** `20261103T0214Z`, as log file names have it. */
export const compactMinute = (time: Millis): string =>
  `${new Date(time).toISOString().slice(0, 16).replace(/[-:]/g, "")}Z`;

/** `20261103T021400Z`, as digest file names have it. */
export const compactSecond = (time: Millis): string => isoSeconds(time).replace(/[-:]/g, "");

/** `2026/11/03`, as S3 keys have it. */
export const datePath = (time: Millis): string => new Date(time).toISOString().slice(0, 10).replaceAll("-", "/");

export const isWeekend = (time: Millis): boolean => new Date(time).getUTCDay() % 6 === 0;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** `Nov 3, 2026, 10:22:07 AM`, the form of dates in `responseElements` of STS and IAM. */
export function longDate(time: Millis): string {
  const date = new Date(time);
  const hour = date.getUTCHours();
  const two = (value: number): string => String(value).padStart(2, "0");
  const clock = `${hour % 12 === 0 ? 12 : hour % 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}, ${clock} ${hour < 12 ? "AM" : "PM"}`;
}
