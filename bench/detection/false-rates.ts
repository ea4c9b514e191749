import { parseConfig } from "#core/config/index.ts";
import { deliveryHealth } from "#core/detection/delivery-health.ts";
import { type Episode, episodesOf } from "#core/detection/episodes.ts";
import { modelOptionsOf } from "#core/detection/model-options.ts";
import { ModelWalk } from "#core/detection/series.ts";
import { seriesByAccount } from "#core/detection/series-of-rows.ts";
import { BUCKET, DAY, HOUR, type TimeWindow } from "#core/domain/time.ts";
import type { Departure } from "#core/ports/detector-engine.ts";
import type { EventStore } from "#core/ports/event-store.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { createCountEngine } from "#engine/count-engine.ts";
import type { Truth } from "#simulator/index.ts";
import { table } from "../evaluation/markdown.ts";

const RATES = [0.5, 0.25, 0.1, 0.05, 0.02, 0.01];
const GRADES = [0.1, 0.3, 0.5, 0.7, 0.9, 1];
/** What departs so shortly before or after something planted in its account is about it. */
const MARGIN = HOUR;
const WEEK = 7 * DAY;

/** Of one signal: how long its entities were watched, and how often they departed though nothing was planted. */
interface Watched {
  entities: number;
  weeks: number;
  /** By rate. */
  readonly alone: number[];
}

/** What departs in simulated worlds, by what rate and grade it has. */
export class FalseRates {
  readonly #config = parseConfig({});
  readonly #signals = resolveSignals(this.#config.signals);
  readonly #engine = createCountEngine();
  readonly #watched = new Map<string, Watched>();
  readonly #grades = GRADES.map(() => ({ planted: 0, alone: 0 }));

  async add({ planted, ...truth }: Truth, store: EventStore): Promise<void> {
    const span = { start: Date.parse(truth.start), end: Date.parse(truth.end) };
    const health = await deliveryHealth(store.deliveries(BUCKET), span, this.#config.detection);
    for await (const { signal: id, series } of seriesByAccount(store.rollup(this.#signals, BUCKET))) {
      const signal = this.#signals.find((one) => one.id === id);
      const account = series[0]?.entity.account ?? "";
      const delivery = health.accounts.get(account);
      if (!signal || !delivery) continue;
      const about = planted
        .filter(({ accounts }) => accounts.includes(account))
        .map(({ start, end }) => ({ start: Date.parse(start) - MARGIN, end: Date.parse(end) + MARGIN }));
      for (const entity of series) {
        const walk = new ModelWalk(this.#engine.open(modelOptionsOf(signal)), entity, delivery);
        const first = entity.buckets[0] ?? span.end;
        this.#count(id, (span.end - first) / WEEK, walk.departuresTo(span.end), about);
      }
    }
  }

  #count(signal: string, weeks: number, departures: readonly Departure[], about: readonly TimeWindow[]): void {
    const watched = this.#watched.get(signal) ?? { entities: 0, weeks: 0, alone: RATES.map(() => 0) };
    this.#watched.set(signal, watched);
    watched.entities++;
    watched.weeks += weeks;
    const isAlone = ({ window }: Episode): boolean =>
      !about.some(({ start, end }) => window.start < end && window.end > start);
    for (const [at, rate] of RATES.entries()) {
      watched.alone[at] = (watched.alone[at] as number) + this.#episodes(departures, rate).filter(isAlone).length;
    }
    for (const episode of this.#episodes(departures, 1)) {
      const at = GRADES.findIndex((most) => (episode.best?.grade ?? 0) <= most);
      const counted = this.#grades[at];
      if (counted) counted[isAlone(episode) ? "alone" : "planted"]++;
    }
  }

  #episodes(departures: readonly Departure[], rate: number): readonly Episode[] {
    const kept = departures.filter(({ falsePerWeek }) => falsePerWeek <= rate);
    return episodesOf(kept, [], this.#config.detection);
  }

  /** A row a signal, those that depart most often first, and all of them together. */
  bySignal(): string {
    const rows = [...this.#watched].sort(([, a], [, b]) => often(b) - often(a) || b.weeks - a.weeks);
    const all = rows.reduce(
      (sum, [, { entities, weeks, alone }]) => ({
        entities: sum.entities + entities,
        weeks: sum.weeks + weeks,
        alone: sum.alone.map((count, at) => count + (alone[at] as number)),
      }),
      { entities: 0, weeks: 0, alone: RATES.map(() => 0) },
    );
    const row = (name: string, { entities, weeks, alone }: Watched) => [
      name,
      entities,
      Math.round(weeks),
      ...alone.map((count) => (count / weeks).toFixed(3)),
    ];
    return table(
      ["signal", "entities", "weeks", ...RATES.map((rate) => `at ${rate}`)],
      [row("**all**", all), ...rows.map(([name, watched]) => row(name, watched))],
    );
  }

  byGrade(): string {
    const rows = this.#grades.map(({ planted, alone }, at) => [
      `${GRADES[at - 1] ?? 0} to ${GRADES[at]}`,
      planted,
      alone,
      planted + alone === 0 ? "-" : (planted / (planted + alone)).toFixed(2),
    ]);
    return table(["grade", "about something planted", "about nothing", "share"], rows);
  }
}

const often = ({ alone, weeks }: Watched): number => (alone[RATES.indexOf(0.05)] as number) / weeks;
