import { DAY, type EpochMs, SECOND } from "#core/domain/time.ts";

/** How long what is over is kept: longer than a year, so that the same week a year ago can be looked up. */
export const KEPT: EpochMs = 400 * DAY;

/** As the table's TTL attribute holds it. */
export const expiry = (over: EpochMs): number => Math.ceil((over + KEPT) / SECOND);
