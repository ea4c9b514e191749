/**
 * How often organizations of different sizes would be paged a week: simulates one of each, analyses it as
 * `trailwatch analyze` does, and says what is paged before any budget, under the default one and under a small one:
 *
 *   node bench/evaluate-sizes.ts [--sizes 20x56,400x14] [--seed 1] [--pages 2] [--worlds <folder>] [--write]
 *
 * A size is accounts x days. `--write` puts the tables into docs/evaluation.md. 400 accounts have half a million events a
 * day: two weeks of them take a quarter of an hour of a core. Simulated worlds are kept, and used again, in `--worlds`.
 */
import { parseArgs } from "node:util";
import { parseConfig } from "#core/config/index.ts";
import { writeSection } from "./evaluation/document.ts";
import { incidentLines } from "./evaluation/incident-words.ts";
import { runWorld } from "./evaluation/run-world.ts";
import { scoreSize } from "./evaluation/score-size.ts";
import { isPage, scoreWorld } from "./evaluation/score-world.ts";
import { type SizeRun, sizeSection } from "./evaluation/size-tables.ts";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "20x56,400x14" },
    seed: { type: "string", default: "1" },
    pages: { type: "string", default: "2" },
    worlds: { type: "string" },
    write: { type: "boolean", default: false },
  },
});

const budgets = [null, parseConfig({}).alertBudget, { pages: Number(values.pages), per: "week" as const }];
const runs: SizeRun[] = [];
for (const size of values.sizes.split(",")) {
  const [, accounts, days] = /^(\d+)x(\d+)$/.exec(size) ?? [];
  if (!accounts || !days) throw new RangeError(`not a size: ${size} (write 20x56, accounts x days)`);
  const { truth, analysis, taken } = await runWorld({
    accounts: Number(accounts),
    days: Number(days),
    seed: Number(values.seed),
    worlds: values.worlds,
  });
  const scores = scoreSize(truth, analysis, budgets);
  const run = { events: truth.events, days: Number(days), scores, taken };
  runs.push(run);
  console.log(sizeSection([run]));
  for (const page of scoreWorld(truth, analysis.incidents).falsePages.filter(isPage)) {
    console.log(`not planted: ${incidentLines(page)}`);
  }
}
if (values.write) writeSection("sizes", sizeSection(runs));
