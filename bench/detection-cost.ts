/**
 * `npm run bench:detection`: what a point costs in each model, by the time that the thread had a core, against one
 * JSON.parse of a CloudTrail record in the same run, taking turns; runs of zeros in closed form; bytes of state.
 */
import { readFileSync } from "node:fs";
import { createCountEngine } from "#engine/count-engine.ts";
import { openSeries } from "#engine/series/detector.ts";
import { readCorpus } from "./detection/count-corpus.ts";

const ROUNDS = 5;
const WANTED = 0.5;
const SAMPLE = new URL("../test/fixtures/cloudtrail/normal_5min_opensearch_catalog.json", import.meta.url);

const { times, interval, series } = readCorpus("validation");
const records = (JSON.parse(readFileSync(SAMPLE, "utf8")) as { Records: unknown[] }).Records.map((record) =>
  JSON.stringify(record),
);
const engine = createCountEngine();
const options = { bucket: interval, direction: "both", floor: 0 } as const;
/** One of each kind. */
const some = series.filter((_, at) => at % 10 === 0);

/** Nanoseconds for each of what `work` says it did. */
function cost(work: () => number): number {
  const begun = process.threadCpuUsage();
  const done = work();
  const { user, system } = process.threadCpuUsage(begun);
  return (1000 * (user + system)) / done;
}

function overSeries(observe: (counts: Float64Array) => void): number {
  for (const { counts } of some) observe(counts);
  return some.length * times.length;
}

const WORK = {
  "JSON.parse of a record": () => {
    for (let round = 0; round < 20; round++) for (const record of records) JSON.parse(record);
    return 20 * records.length;
  },
  "calibrated count model, a point": () =>
    overSeries((counts) => {
      const model = engine.open(options);
      for (let i = 0; i < counts.length; i++) model.observe(times[i] as number, counts[i] as number);
    }),
  "all opinions but the forest, a point": () =>
    overSeries((counts) => {
      const detector = openSeries({ interval });
      for (let i = 0; i < counts.length; i++) detector.observe(times[i] as number, counts[i] as number);
    }),
  "calibrated count model, a zero of a silent entity": () => {
    const model = engine.open({ ...options, direction: "rise" });
    let time = times[0] as number;
    for (let run = 0; run < 1000; run++) {
      model.observeZeros(time, times.length);
      time += times.length * interval;
      model.observe(time, 1);
      time += interval;
    }
    return 1000 * (times.length + 1);
  },
};

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1] as number;

const measured = new Map<string, number[]>(Object.keys(WORK).map((name) => [name, []]));
for (let round = -1; round < ROUNDS; round++) {
  for (const [name, work] of Object.entries(WORK)) {
    const nanoseconds = cost(work);
    // A young process compiles what it does first: not measured.
    if (round >= 0) measured.get(name)?.push(nanoseconds);
  }
}
for (const [name, all] of measured) console.log(`${name}: ${median(all).toPrecision(3)} ns`);

const [parse = [], count = []] = measured.values();
const ratio = median(count.map((nanoseconds, round) => nanoseconds / (parse[round] as number)));
const verdict = ratio <= WANTED ? "met" : "NOT MET";
console.log(
  `a point of the calibrated count model is ${ratio.toFixed(2)} of a record's JSON.parse, wanted at most ${WANTED}: ${verdict}`,
);

for (const { kind, counts } of some) {
  const model = engine.open(options);
  const detector = openSeries({ interval });
  for (let i = 0; i < counts.length; i++) {
    model.observe(times[i] as number, counts[i] as number);
    detector.observe(times[i] as number, counts[i] as number);
  }
  const bytes = (state: unknown): number => JSON.stringify(state).length;
  console.log(
    `state of a ${kind} series: calibrated count model ${bytes(model.save())} bytes, all opinions ${bytes(detector.save())}`,
  );
}
if (ratio > WANTED) process.exitCode = 1;
