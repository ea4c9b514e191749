import { type EpochMs, HOUR, MINUTE, SECOND } from "../domain/time.ts";

const OTHER_FORMS = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:?00)?$/;
const USUAL_LENGTH = "2026-11-03T02:14:00Z".length;

/** CloudTrail began in 2013; a year far outside is a damaged record, and would stretch every timeline. */
const FIRST_YEAR = 2000;
const LAST_YEAR = 2099;

/** Two digits as a number; something far out of range for anything else. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const units = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && units >= 0 && units <= 9 ? tens * 10 + units : Number.NaN;
}

let lastDate = "";
let lastMidnight: EpochMs = Number.NaN;

/** Midnight of `2026-11-03`; `NaN` for dates that do not exist. One date follows another of the same day. */
function midnightOf(date: string): EpochMs {
  if (date === lastDate) return lastMidnight;
  const year = twoDigits(date, 0) * 100 + twoDigits(date, 2);
  const month = twoDigits(date, 5);
  const day = twoDigits(date, 8);
  const formed = date.charCodeAt(4) === 45 && date.charCodeAt(7) === 45;
  const midnight = formed && year >= FIRST_YEAR && year <= LAST_YEAR ? Date.UTC(year, month - 1, day) : Number.NaN;
  // The 30th of February comes out as a day of March.
  const exists = new Date(midnight).getUTCMonth() === month - 1 && new Date(midnight).getUTCDate() === day;
  lastDate = date;
  lastMidnight = exists ? midnight : Number.NaN;
  return lastMidnight;
}

/** `02:14:00` from a position on. */
function clockOf(text: string, at: number): EpochMs {
  const hour = twoDigits(text, at);
  const minute = twoDigits(text, at + 3);
  const second = twoDigits(text, at + 6);
  const formed = text.charCodeAt(at + 2) === 58 && text.charCodeAt(at + 5) === 58;
  return formed && hour < 24 && minute < 60 && second < 60
    ? hour * HOUR + minute * MINUTE + second * SECOND
    : Number.NaN;
}

/**
 * CloudTrail's `2026-11-03T02:14:00Z`, or the form that tables and log platforms give it (`2026-11-03 02:14:00.000`,
 * which is UTC too). `NaN` for anything else, including dates that do not exist.
 */
export function parseEventTime(value: string): EpochMs {
  if (value.length === USUAL_LENGTH && value.charCodeAt(10) === 84 && value.charCodeAt(19) === 90) {
    return midnightOf(value.slice(0, 10)) + clockOf(value, 11);
  }
  const found = OTHER_FORMS.exec(value);
  if (!found) return Number.NaN;
  const milliseconds = Number((found[3] ?? "0").padEnd(3, "0").slice(0, 3));
  return midnightOf(found[1] ?? "") + clockOf(found[2] ?? "", 0) + milliseconds;
}
