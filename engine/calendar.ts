/**
 * The season that rates are learnt by: the hour of the day, on weekdays and at weekends apart, in UTC. An organization
 * in another time zone has the same pattern, shifted; its Monday morning may fall on Sunday, one slot in seven.
 */
export const HOURS_A_DAY = 24;
export const SLOTS = 2 * HOURS_A_DAY;

/** 1 January 1970 was a Thursday: day 0 of the epoch is day 3 of a week that begins on Monday. */
const FIRST_DAY_OF_WEEK = 3;

const isWeekend = (day: number): boolean => (day + FIRST_DAY_OF_WEEK) % 7 >= 5;

/** 0..23 on weekdays, 24..47 at weekends. `hour` counts from the epoch. */
export function slotOfHour(hour: number): number {
  const day = Math.floor(hour / HOURS_A_DAY);
  return hour - day * HOURS_A_DAY + (isWeekend(day) ? HOURS_A_DAY : 0);
}

/** How many of the hours `from <= hour < to` fall into each slot. */
export function visitsOfSlots(from: number, to: number): Int32Array {
  const visits = new Int32Array(SLOTS);
  const WEEK = 7 * HOURS_A_DAY;
  const weeks = Math.floor((to - from) / WEEK);
  for (let slot = 0; slot < SLOTS; slot++) visits[slot] = weeks * (slot < HOURS_A_DAY ? 5 : 2);
  for (let hour = from + weeks * WEEK; hour < to; hour++) {
    const slot = slotOfHour(hour);
    visits[slot] = (visits[slot] as number) + 1;
  }
  return visits;
}
