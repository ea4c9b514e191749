import { DAY, type EpochMs, HOUR, MINUTE, SECOND, type TimeWindow } from "../domain/time.ts";

/** Not the machine's locale: the same bytes everywhere. `1,234,567`. */
export function grouped(integer: number | bigint): string {
  return integer.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** As a person writes a count or a quantity: `47`, `12,400`, `3.4`, `0.04`; three significant digits below ten. */
export function amount(value: number): string {
  if (!Number.isFinite(value)) return "an unknown number";
  if (value < 0) return `-${amount(-value)}`;
  if (value >= 10 || Number.isInteger(value)) return grouped(Math.round(value));
  if (value >= 1) return trimZeros(value.toFixed(1));
  if (value < 0.001) return "less than 0.001";
  return trimZeros(value.toPrecision(value < 0.1 ? 1 : 2));
}

const trimZeros = (digits: string): string => (digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits);

/** `1 instance`, `2 instances`, `0 instances`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${amount(count)} ${count === 1 ? singular : plural}`;
}

/** `a`, `a and b`, `a, b and c`; beyond `limit`: `a, b, c and 4 more`. */
export function listed(items: readonly string[], limit = 4): string {
  const rest = items.length - limit;
  const shown = rest > 0 ? [...items.slice(0, limit), `${rest} more`] : items;
  const last = shown.at(-1) ?? "";
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(", ")} and ${last}`;
}

/**
 * How many times the usual, never overstated: whole times from ten on (`15 times`), one decimal below (`2.5 times`),
 * two significant digits from a hundred on.
 */
export function times(ratio: number): string {
  if (ratio >= 100) {
    const unit = 10 ** (Math.floor(Math.log10(ratio)) - 1);
    return `${grouped(Math.floor(ratio / unit) * unit)} times`;
  }
  if (ratio >= 10) return `${Math.floor(ratio)} times`;
  return `${trimZeros((Math.floor(ratio * 10) / 10).toFixed(1))} times`;
}

/** `10 minutes`, `1 hour`, `3 hours 20 minutes`, `2 days`, `40 seconds`; two units at most, rounded to the second. */
export function duration(span: EpochMs): string {
  if (span < MINUTE) return counted(Math.max(0, Math.round(span / SECOND)), "second");
  if (span < HOUR) return counted(Math.round(span / MINUTE), "minute");
  if (span < 2 * DAY) return twoUnits(Math.round(span / MINUTE), 60, "hour", "minute");
  return twoUnits(Math.round(span / HOUR), 24, "day", "hour");
}

function twoUnits(small: number, perBig: number, bigName: string, smallName: string): string {
  const rest = small % perBig;
  const big = counted((small - rest) / perBig, bigName);
  return rest === 0 ? big : `${big} ${counted(rest, smallName)}`;
}

/** `2026-11-03 02:14 UTC` */
export function utc(time: EpochMs): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** `2026-11-03 02:10 to 02:20 UTC`; with both dates where they differ. */
export function utcWindow({ start, end }: TimeWindow): string {
  const from = utc(start).slice(0, 16);
  const to = utc(end).slice(0, 16);
  if (from === to) return `${from} UTC`;
  return from.slice(0, 10) === to.slice(0, 10) ? `${from} to ${to.slice(11)} UTC` : `${from} to ${to} UTC`;
}
