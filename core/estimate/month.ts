/** A month of list prices: 730 hours. */
export const HOURS_A_MONTH = 730;
export const DAYS_A_MONTH = HOURS_A_MONTH / 24;
export const MINUTES_A_MONTH = HOURS_A_MONTH * 60;
export const SECONDS_A_MONTH = MINUTES_A_MONTH * 60;

/** Five minutes each. */
export const BUCKETS_A_DAY = 288;

export const KIB = 2 ** 10;
export const GIB = 2 ** 30;
