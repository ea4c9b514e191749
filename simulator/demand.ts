import { logNormal, negativeBinomial } from "./distributions.ts";
import { CLUMP, DEMAND } from "./parameters.ts";
import { Random } from "./prng.ts";
import { DAY, HOUR, isWeekend, type Millis } from "./time.ts";

type Rhythm = "office" | "customers" | "flat";

/** How busy everything is: hour of the day, weekend, growth, and days on which the organization or an account has more to do. */
export class Demand {
  readonly #start: Millis;
  readonly #organization: readonly number[];
  readonly #accounts = new Map<string, readonly number[]>();
  readonly #seed: number;
  readonly #days: number;

  constructor(seed: number, start: Millis, days: number) {
    this.#seed = seed;
    this.#start = start;
    this.#days = days;
    this.#organization = dayFactors(new Random(`${seed}/demand`), days, DEMAND.organizationDay);
  }

  /** Expected events in one hour where a working day has `perDay`. */
  perHour(account: string, rhythm: Rhythm, hour: Millis, perDay: number): number {
    const curve = DEMAND[rhythm];
    const total = curve.reduce((sum, share) => sum + share, 0);
    const share = (curve[new Date(hour).getUTCHours()] ?? 0) / total;
    const day = Math.floor((hour - this.#start) / DAY);
    const weekend = isWeekend(hour) ? DEMAND.weekend[rhythm] : 1;
    const drift = 1 + (DEMAND.weeklyDrift * day) / 7;
    const organization = this.#organization[day] ?? 1;
    const own = this.#ofAccount(account)[day] ?? 1;
    return perDay * share * weekend * drift * organization * own;
  }

  #ofAccount(account: string): readonly number[] {
    const known = this.#accounts.get(account);
    if (known) return known;
    const factors = dayFactors(new Random(`${this.#seed}/demand/${account}`), this.#days, DEMAND.accountDay);
    this.#accounts.set(account, factors);
    return factors;
  }

  /** Sorted times of a day's events: negative-binomial counts an hour, some of the events in clumps. */
  arrivals(random: Random, account: string, rhythm: Rhythm, day: Millis, perDay: number, dispersion: number): Millis[] {
    const times: Millis[] = [];
    for (let hour = day; hour < day + DAY; hour += HOUR) {
      let left = negativeBinomial(random, this.perHour(account, rhythm, hour, perDay), dispersion);
      while (left > 0) {
        const at = hour + random.float() * HOUR;
        const size = random.chance(CLUMP.share) ? Math.min(left, random.int(2, CLUMP.size * 2 - 2)) : 1;
        for (let i = 0; i < size; i++) times.push(Math.floor(at + (i === 0 ? 0 : random.float() * CLUMP.spread)));
        left -= size;
      }
    }
    return times.sort((a, b) => a - b);
  }
}

/** A factor a day that forgets slowly: first-order autoregression on the log scale. */
function dayFactors(
  random: Random,
  days: number,
  spread: { readonly sigma: number; readonly persistence: number },
): number[] {
  const { sigma, persistence } = spread;
  const factors: number[] = [];
  let level = 1;
  for (let day = 0; day < days; day++) {
    const shock = logNormal(random, sigma * Math.sqrt(1 - persistence * persistence));
    level = Math.exp(persistence * Math.log(level)) * shock;
    factors.push(level);
  }
  return factors;
}
