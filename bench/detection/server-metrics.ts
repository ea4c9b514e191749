import { type Draw, drawing } from "./drawing.ts";
import type { NabSeries } from "./nab-corpus.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 5);

/** How often a metric is read, and for how long. */
export interface Sampling {
  readonly name: string;
  /** Milliseconds. */
  readonly interval: number;
  readonly points: number;
}

export const SAMPLINGS: readonly Sampling[] = [
  { name: "every minute", interval: MINUTE, points: 7 * 1440 },
  { name: "every 5 minutes", interval: 5 * MINUTE, points: 14 * 288 },
  { name: "every 15 minutes", interval: 15 * MINUTE, points: 42 * 96 },
  { name: "every hour", interval: HOUR, points: 120 * 24 },
  { name: "every day", interval: DAY, points: 1095 },
];

/** A metric's value at a time since the series' beginning (ms), called once a point, in order. */
type Metric = (time: number) => number;
type MetricKind = (draw: Draw, interval: number) => Metric;

/** -1..1, highest at `peak` o'clock. */
const daily = (time: number, peak: number): number => Math.cos((2 * Math.PI * (time / HOUR - peak)) / 24);
/** The series begin on a Monday. */
const isWeekend = (time: number): boolean => Math.floor(time / DAY) % 7 >= 5;

/** Noise that goes on for some time: a share of it is forgotten each point. */
function lasting(draw: Draw, forgotten: number): () => number {
  let state = 0;
  return () => {
    state = state * (1 - forgotten) + draw.normal() * Math.sqrt(forgotten * (2 - forgotten));
    return state;
  };
}

/** What servers' metrics look like, each kind with its own chance in its parameters. */
const KINDS: Readonly<Record<string, MetricKind>> = {
  /** Busy by day, with a job every few hours. */
  cpu: (draw, interval) => {
    const [low, high, peak] = [5 + 20 * draw.uniform(), 10 + 30 * draw.uniform(), 24 * draw.uniform()];
    const [every, takes, height] = [
      HOUR * draw.among([1, 2, 4, 6, 24]),
      HOUR * 0.4 * draw.uniform(),
      15 + 30 * draw.uniform(),
    ];
    const [noise, size] = [lasting(draw, 0.2 + 0.8 * draw.uniform()), 0.5 + 2 * draw.uniform()];
    return (time) => {
      const job = time % every < Math.max(takes, interval / 2) ? height * (0.9 + 0.2 * draw.uniform()) : 0;
      return clamp(low + (high * (1 + daily(time, peak))) / 2 + job + size * noise(), 0, 100);
    };
  },
  /** By day and week, growing, as numbers of requests are. */
  requests: (draw) => {
    const [mean, swing, weekend, peak] = [
      10 ** (1 + 3 * draw.uniform()),
      0.2 + 0.7 * draw.uniform(),
      draw.among([1, 0.8, 0.5]),
      12 + 8 * draw.uniform(),
    ];
    const [growth, noise, size] = [0.004 * draw.uniform(), lasting(draw, 0.3), 0.02 + 0.1 * draw.uniform()];
    return (time) => {
      const rate =
        mean * (1 + swing * daily(time, peak)) * (isWeekend(time) ? weekend : 1) * (1 + (growth * time) / DAY);
      const value = Math.max(0, rate * Math.exp(size * noise()));
      return Math.max(0, Math.round(value + Math.sqrt(value) * draw.normal()));
    };
  },
  /** Fills up, and is cleared now and then. */
  disk: (draw, interval) => {
    const [clears, left, rate, noise] = [
      60 + 30 * draw.uniform(),
      5 + 30 * draw.uniform(),
      5 + 30 * draw.uniform(),
      0.02 + 0.1 * draw.uniform(),
    ];
    let used = left + draw.uniform() * (clears - left);
    return () => {
      used += (rate * Math.min(interval, HOUR) * (0.5 + draw.uniform())) / (3 * DAY);
      if (used > clears) used = left;
      return used + noise * draw.normal();
    };
  },
  /** Little for the most part, and bursts of all sizes. */
  network: (draw) => {
    const [base, often, tail] = [
      10 ** (2 + 4 * draw.uniform()),
      0.002 + 0.05 * draw.uniform(),
      0.3 + 0.7 * draw.uniform(),
    ];
    return () => {
      const burst = draw.uniform() < often ? base * 3 * draw.uniform() ** -tail : 0;
      return base * Math.exp(0.25 * draw.normal()) + Math.min(burst, 200 * base);
    };
  },
  /** Skewed, now and then on another level. */
  latency: (draw) => {
    const [spread, shifts] = [0.05 + 0.2 * draw.uniform(), draw.among([0, 0.0005])];
    let level = 10 ** (0.5 + 2 * draw.uniform());
    return (time) => {
      if (draw.uniform() < shifts) level *= Math.exp(0.3 * draw.normal());
      return level * (1 + 0.1 * daily(time, 15)) * Math.exp(spread * (draw.normal() + 0.15 * draw.normal() ** 2));
    };
  },
  /** An idle machine: nearly constant, written with few digits, and seldom a little peak. */
  idle: (draw) => {
    const [base, step, often] = [
      0.05 + 3 * draw.uniform(),
      draw.among([0.002, 0.066, 0.1]),
      draw.among([0, 0.003, 0.02]),
    ];
    return () => {
      const peak = draw.uniform() < often ? base * (0.3 + draw.uniform()) : 0;
      return Math.round((base + peak) / step + 0.4 * draw.normal()) * step;
    };
  },
  /** Wanders, and returns. */
  memory: (draw, interval) => {
    const middle = 30 + 40 * draw.uniform();
    const [noise, forgotten] = [0.05 + 0.4 * draw.uniform(), Math.min(0.5, (interval / DAY) * (0.3 + draw.uniform()))];
    const wander = lasting(draw, forgotten);
    return () => middle + 8 * wander() + noise * draw.normal();
  },
  /** None for the most part. */
  errors: (draw) => {
    const [often, size] = [0.002 + 0.1 * draw.uniform(), 1 + 5 * draw.uniform()];
    return () => (draw.uniform() < often ? Math.ceil(size * -Math.log(draw.uniform())) : 0);
  },
  /** Two or three machines of a group come and go with the hour. */
  replicas: (draw) => {
    const [least, more, peak] = [
      1 + Math.floor(4 * draw.uniform()),
      1 + Math.floor(6 * draw.uniform()),
      24 * draw.uniform(),
    ];
    return (time) => least + Math.round((more * (1 + daily(time, peak) + 0.15 * draw.normal())) / 2);
  },
  /** Seen from a fixed point: above and below zero. */
  offset: (draw) => {
    const [wander, size, noise] = [lasting(draw, 0.02), 10 ** (2 * draw.uniform() - 1), draw.uniform()];
    return () => size * (wander() + noise * draw.normal());
  },
};

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** What happens to `values` from a point on, by what is usual there: how far apart values lie, and their scatter. */
type Mishap = (values: Float64Array, at: number, usual: Usual, draw: Draw) => void;

interface Usual {
  readonly middle: number;
  readonly range: number;
  readonly floor: number;
}

const change =
  (length: (draw: Draw) => number, to: (value: number, usual: Usual, size: number, step: number) => number): Mishap =>
  (values, at, usual, draw) => {
    const size = draw.uniform();
    const end = Math.min(values.length, at + Math.ceil(length(draw)));
    for (let i = at; i < end; i++) {
      values[i] = Math.max(usual.floor, to(values[i] as number, usual, size, (i - at) / (end - at)));
    }
  };

const MISHAPS: readonly Mishap[] = [
  change(
    (draw) => 1 + 5 * draw.uniform(),
    (value, { range }, size) => value + (0.8 + 1.5 * size) * range,
  ),
  change(
    (draw) => 6 + 30 * draw.uniform(),
    (value, { range }, size) => value + (0.5 + size) * range,
  ),
  change(
    (draw) => 150 + 200 * draw.uniform(),
    (value, { range }, size) => value + (0.4 + 0.8 * size) * range,
  ),
  change(
    () => Number.POSITIVE_INFINITY,
    (value, { range }, size) => value + (0.4 + 0.8 * size) * range,
  ),
  change(
    (draw) => 4 + 30 * draw.uniform(),
    (value, { range }, size) => value - (0.6 + size) * range,
  ),
  change(
    (draw) => 30 + 200 * draw.uniform(),
    (_, { middle }) => middle,
  ),
  change(
    (draw) => 12 + 100 * draw.uniform(),
    (value, { middle }, size) => middle + (value - middle) * (2.5 + 2 * size),
  ),
  change(
    (draw) => 100 + 200 * draw.uniform(),
    (value, { range }, size, step) => value + step * (0.8 + size) * range,
  ),
];

/** Share of a series without mishaps at its beginning, and of all windows together, as the benchmark has it. */
const CALM = 0.3;
const WINDOWS = 0.1;

/**
 * Made-up metrics of servers with one or two mishaps each, in windows as the Numenta Anomaly Benchmark lays them: the
 * tenth part of a series, shared out among its mishaps, with the beginning of each in the middle. Seeded.
 */
export function serverMetrics({ interval, points }: Sampling, seed: number, perKind: number): NabSeries[] {
  return Object.entries(KINDS).flatMap(([kind, make], at) =>
    Array.from({ length: perKind }, (_, i) => {
      const draw = drawing(seed * 1000 + at * 50 + i);
      const metric = make(draw, interval);
      const values = Float64Array.from({ length: points }, (_, point) => metric(point * interval));
      const isWhole = values.every(Number.isInteger);
      const times = Float64Array.from(values, (_, point) => START + point * interval);
      const mishaps = draw.among([1, 1, 2]);
      const windows = Array.from({ length: mishaps }, (_, part) => {
        const room = ((1 - CALM) * points) / mishaps;
        const begin = Math.floor(CALM * points + room * (part + 0.1 + 0.8 * draw.uniform()));
        const before = values.subarray(Math.max(0, begin - 600), begin);
        (MISHAPS[(at + i + 3 * part) % MISHAPS.length] as Mishap)(values, begin, usualOf(before), draw);
        if (isWhole) roundFrom(values, begin);
        const half = Math.floor((WINDOWS * points) / mishaps / 2);
        return { from: begin - half, to: Math.min(points - 1, begin + half) };
      });
      return { name: `${kind} ${i}`, times, values, windows };
    }),
  );
}

/** What was counted is counted still, whatever happens. */
function roundFrom(values: Float64Array, begin: number): void {
  for (let at = begin; at < values.length; at++) values[at] = Math.round(values[at] as number);
}

function usualOf(values: Float64Array): Usual {
  const sorted = values.slice().sort();
  const share = (of: number): number => sorted[Math.floor(of * (sorted.length - 1))] as number;
  const middle = share(0.5);
  const range = share(0.98) - share(0.02);
  return {
    middle,
    range: Math.max(range, 0.1 * Math.abs(middle), 0.5 * (share(1) - middle), 1e-3),
    floor: share(0) >= 0 ? 0 : Number.NEGATIVE_INFINITY,
  };
}
