import type { EpochMs } from "../domain/time.ts";
import { memo } from "./memo.ts";

const FORM = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:?00)?$/;

/** CloudTrail began in 2013; a year far outside is a damaged record, and would stretch every timeline. */
const FIRST_YEAR = 2000;
const LAST_YEAR = 2099;

function parse(value: string): EpochMs {
  const found = FORM.exec(value);
  if (!found) return Number.NaN;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (year < FIRST_YEAR || year > LAST_YEAR || hour > 23 || minute > 59 || second > 59) return Number.NaN;
  const milliseconds = Number((found[7] ?? "0").padEnd(3, "0").slice(0, 3));
  const time = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
  const date = new Date(time);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? time : Number.NaN;
}

/**
 * CloudTrail's `2026-11-03T02:14:00Z`, or the form that tables and log platforms give it (`2026-11-03 02:14:00.000`,
 * which is UTC too). `NaN` for anything else, including dates that do not exist.
 */
export const parseEventTime: (value: string) => EpochMs = memo(20_000, parse);
