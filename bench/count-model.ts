/**
 * Scores every series of a CSV of counts with the count model, and says what it costs.
 *
 *   node bench/count-model.ts COUNTS.csv[.gz] SCORES.csv [parameter=value ...]
 *
 * COUNTS: `timestamp,<series>,<series>...`, one row a bucket; SCORES: the same shape, -log10 p of the best window, 0
 * where nothing departs.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { CountModel } from "#engine/count-model.ts";
import { DEFAULT_PARAMETERS } from "#engine/parameters.ts";

const [countsPath, scoresPath, ...settings] = process.argv.slice(2);
if (!countsPath || !scoresPath) {
  console.error("usage: node bench/count-model.ts COUNTS.csv[.gz] SCORES.csv [parameter=value ...]");
  process.exit(2);
}

const changed = Object.fromEntries(settings.map((setting) => [setting.split("=")[0], Number(setting.split("=")[1])]));

const raw = readFileSync(countsPath);
const text = (countsPath.endsWith(".gz") ? gunzipSync(raw) : raw).toString("utf8");
const [header = [], ...rows] = text
  .trimEnd()
  .split(/\r?\n/)
  .map((line) => line.split(","));
const times = rows.map((row) => Date.parse(row[0] ?? ""));
const bucket = (times[1] ?? 0) - (times[0] ?? 0);
const parameters = { ...DEFAULT_PARAMETERS, ...changed };

const columns: string[][] = [];
let spent = 0;
let stateBytes = 0;
for (let column = 1; column < header.length; column++) {
  const values = rows.map((row) => Number(row[column]));
  const model = new CountModel(parameters, { bucket, direction: "both", floor: 0 });
  const began = performance.now();
  const scores = values.map((value, i) => model.observe(times[i] as number, value)?.score ?? 0);
  spent += performance.now() - began;
  stateBytes = Math.max(stateBytes, JSON.stringify(model.save()).length);
  columns.push(scores.map((score) => (score === 0 ? "0" : score.toFixed(4))));
}
const lines = rows.map((row, i) => [row[0], ...columns.map((scores) => scores[i])].join(","));
writeFileSync(scoresPath, `${[header.join(","), ...lines].join("\n")}\n`);
console.log(
  `${columns.length} series of ${rows.length} points: ${(spent / columns.length).toFixed(1)} ms a series, ` +
    `${((1e6 * spent) / columns.length / rows.length).toFixed(0)} ns a point; largest state ${stateBytes} bytes`,
);
