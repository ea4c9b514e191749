import { HOURS_A_DAY } from "./calendar.ts";

/** How much more than the last surprise at the same time is still the same habit, and how many days that may lie back. */
const GROWTH = 1.5;
const DAYS = 7;

export interface Surprise {
  readonly hourOfDay: number;
  /** Since the epoch. */
  day: number;
  /** The largest of that day. */
  value: number;
  /** The largest of the day before it. */
  before: number;
}

/** Values that were implausible, by hour of day: once is an anomaly, again at the same time of day is a habit. */
export class Habits {
  readonly #surprises: Surprise[];

  constructor(saved: readonly Surprise[] = []) {
    this.#surprises = saved.map((surprise) => ({ ...surprise }));
  }

  /** Remembers a surprise, and returns how much of it an earlier day makes plausible: 0 for a first. */
  remember(hour: number, value: number): number {
    const hourOfDay = hour % HOURS_A_DAY;
    const day = Math.floor(hour / HOURS_A_DAY);
    const known = this.#surprises.find((surprise) => surprise.hourOfDay === hourOfDay);
    if (!known) this.#surprises.push({ hourOfDay, day, value, before: 0 });
    else if (known.day === day) known.value = Math.max(known.value, value);
    else Object.assign(known, { before: day - known.day <= DAYS ? known.value : 0, day, value });
    return GROWTH * (known?.before ?? 0);
  }

  save(): readonly Surprise[] {
    return this.#surprises.map((surprise) => ({ ...surprise }));
  }
}
