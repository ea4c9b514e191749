import type { EpochMs } from "#core/domain/time.ts";

const WRITTEN = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?) ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/i;
const EPOCH = /^-?\d+(?:\.\d+)?$/;
/** Seconds since 1970 are smaller than this until the year 5138, milliseconds greater since 1973. */
const SECONDS_BELOW = 1e11;

/**
 * A date, a date and time (UTC, unless it says which offset), or seconds or milliseconds since 1970. NaN for anything
 * else.
 */
export function timestampOf(text: string): EpochMs {
  const [whole, date, time = "00:00", zone = "Z"] = WRITTEN.exec(text) ?? [];
  if (whole !== undefined) return Date.parse(`${date}T${time.replace(",", ".")}${zoneOf(zone)}`);
  if (!EPOCH.test(text)) return Number.NaN;
  const number = Number(text);
  return Math.abs(number) < SECONDS_BELOW ? 1000 * number : number;
}

function zoneOf(zone: string): string {
  if (!/^[+-]/.test(zone)) return "Z";
  const digits = zone.slice(1).replace(":", "").padEnd(4, "0");
  return `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}
