/**
 * The engine's forest, in OpenSearch's historical configuration, over one series: see forest.ts. Arguments: `values` or
 * `series` (value by value, or all at once), file of `seconds,value` lines under a header, passes to warm up, passes to
 * measure. Prints one line of JSON.
 */
import { readFileSync } from "node:fs";
import { type EntityForest, openForest } from "#engine/forest/index.ts";

/** What a measured process says; of the last pass what it found. */
export interface ForestMeasured {
  readonly points: number;
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  readonly scores: number;
  readonly anomalies: number;
  readonly stateBytes?: number;
}

const [how, path, warmUp, measured] = process.argv.slice(2);
const [, ...lines] = readFileSync(path as string, "utf8")
  .trimEnd()
  .split("\n");
const times = lines.map((line) => 1000 * Number(line.split(",")[0]));
const values = lines.map((line) => Number(line.split(",")[1]));

interface Found {
  readonly forest: EntityForest;
  readonly scores: number;
  readonly anomalies: number;
}

function pass(): Found {
  const forest = openForest({ seed: 42 });
  let scores = 0;
  let anomalies = 0;
  if (how === "series") {
    for (const judgement of forest.observeSeries(times, values)) {
      scores += judgement?.score ?? 0;
      if (judgement && judgement.grade > 0) anomalies++;
    }
    return { forest, scores, anomalies };
  }
  for (let i = 0; i < times.length; i++) {
    const judgement = forest.observe(times[i] as number, values[i] as number);
    scores += judgement?.score ?? 0;
    if (judgement && judgement.grade > 0) anomalies++;
  }
  return { forest, scores, anomalies };
}

for (let i = 0; i < Number(warmUp); i++) pass();
const started = performance.now();
const cpu = process.threadCpuUsage();
let found = pass();
for (let i = 1; i < Number(measured); i++) found = pass();
const milliseconds = performance.now() - started;
const { user, system } = process.threadCpuUsage(cpu);
const result: ForestMeasured = {
  points: times.length * Number(measured),
  milliseconds,
  cpuMilliseconds: (user + system) / 1000,
  scores: found.scores,
  anomalies: found.anomalies,
  stateBytes: found.forest.save().length,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
