import type { CountCorpus, LabelledSeries, PlantedAnomaly } from "./count-corpus.ts";
import type { NabSeries } from "./nab-corpus.ts";

const INTERVAL = 300_000;
const WEEK = 2016;
const MARGIN = 24;

/** What is planted, by turns: what becomes of a count, and for how many buckets. */
const PLANTS = [
  { type: "spike", length: 3, of: (count: number, usual: number) => count + Math.ceil(6 * usual + 8) },
  { type: "sustain", length: 24, of: (count: number, usual: number) => count + Math.ceil(1.5 * usual + 2) },
  { type: "trickle", length: 72, of: (count: number, usual: number) => count + Math.ceil(0.7 * usual + 1) },
  { type: "drop", length: 36, of: (count: number) => Math.floor(0.1 * count) },
];

/**
 * Real series as five-minute counts, with anomalies planted one a week after two weeks, clear of the benchmark's own
 * windows, in which nothing is scored. Seeded.
 */
export function plantIn(series: readonly NabSeries[], seed: number): CountCorpus {
  const length = Math.min(...series.map(({ times }) => times.length));
  let state = seed;
  const draw = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const planted = series.map(({ name, values, windows }, at): LabelledSeries => {
    const counts = Float64Array.from(values.subarray(0, length), (value) => Math.max(0, Math.round(value)));
    const anomalies: PlantedAnomaly[] = [];
    const blank = windows.map(({ from, to }) => ({ from: from - MARGIN, to: to + MARGIN }));
    for (let week = 2; (week + 1) * WEEK <= length; week++) {
      const plant = PLANTS[(at + week) % PLANTS.length] as (typeof PLANTS)[number];
      const from = week * WEEK + draw(WEEK - plant.length);
      const to = from + plant.length - 1;
      if (blank.some((window) => from <= window.to && to >= window.from)) continue;
      const day = counts.subarray(from - 288, from);
      const usual = day.reduce((sum, count) => sum + count, 0) / day.length;
      for (let i = from; i <= to; i++) counts[i] = plant.of(counts[i] as number, usual);
      anomalies.push({ from, to, type: plant.type });
    }
    return { id: name, kind: name.replace("Twitter_volume_", ""), counts, anomalies, ignored: [], blank };
  });
  const start = Math.ceil((series[0]?.times[0] as number) / INTERVAL) * INTERVAL;
  const times = Float64Array.from({ length }, (_, i) => start + i * INTERVAL);
  return { times, interval: INTERVAL, warmUp: 2 * WEEK, most: 0.02, series: planted };
}
