/**
 * Simulates worlds, analyses them as `trailwatch analyze` does, and holds what is said against what was planted:
 *
 *   node bench/evaluate-worlds.ts [--seeds 1-20] [--accounts 12] [--days 21] [--reorganize] [--write]
 *
 * Prints every miss and every page that was not planted with what it is made of, then the limits; exit code 1 when one
 * is broken. With `--reorganize` an account moves and one is closed in every world. `--write` puts the tables into
 * docs/evaluation.md. About half a minute a seed.
 */
import { parseArgs } from "node:util";
import { writeSection } from "./evaluation/document.ts";
import { incidentLines } from "./evaluation/incident-words.ts";
import { holdTo } from "./evaluation/limits.ts";
import { runWorld } from "./evaluation/run-world.ts";
import { scoreWorld, type WorldScore } from "./evaluation/score-world.ts";
import { seedsOf } from "./evaluation/seeds.ts";
import { worldLimits, worldSection } from "./evaluation/world-tables.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1-20" },
    accounts: { type: "string", default: "12" },
    days: { type: "string", default: "21" },
    reorganize: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});

const worlds: WorldScore[] = [];
const { reorganize } = values;
const [accounts, days] = [Number(values.accounts), Number(values.days)];
for (const seed of seedsOf(values.seeds)) {
  const { truth, analysis } = await runWorld({ accounts, days, seed, reorganize });
  const world = scoreWorld(truth, analysis.incidents);
  worlds.push(world);
  tell(world);
}
holdTo(worldLimits(worlds));
if (values.write) writeSection("worlds", worldSection(worlds));

function tell({ seed, incidents, benign, falsePages, expectedBeside }: WorldScore): void {
  const found = incidents.filter(({ failings }) => failings.length === 0).length;
  console.log(
    `seed ${seed}: ${found} of ${incidents.length} found; ${falsePages.length} pages that were not planted, ` +
      `${expectedBeside.length} more expected; ${benign.filter(({ pages }) => pages.length > 0).length} benign paged`,
  );
  for (const { story, failings, pages, quiet } of incidents) {
    if (failings.length === 0) continue;
    console.log(indented(`missed ${story.name} (${story.accounts.join(", ")}): ${failings.join(", ")}`));
    for (const incident of [...pages, ...quiet].slice(0, 4)) console.log(indented(incidentLines(incident), 4));
  }
  for (const page of falsePages) console.log(indented(`not planted: ${incidentLines(page)}`));
  for (const { story, pages } of benign) {
    for (const page of pages) console.log(indented(`benign ${story.name} paged: ${incidentLines(page)}`));
  }
}

function indented(text: string, by = 2): string {
  return text.replaceAll(/^/gm, " ".repeat(by));
}
