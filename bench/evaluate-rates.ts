/**
 * Whether a rate means in simulated organizations what it says: how often entities depart though nothing was planted,
 * by signal, and how many departures of each grade are about something planted.
 *
 *   node bench/evaluate-rates.ts [--seeds 1-3] [--accounts 12] [--days 21] [--worlds FOLDER] [--write]
 *
 * `--worlds` keeps simulated worlds for the next time; `--write` puts the tables into docs/detection.md.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ingest } from "../cli/ingest/index.ts";
import { sourcesOf } from "../cli/sources.ts";
import { withStore } from "../cli/store.ts";
import { workspace } from "../cli/workspace.ts";
import { FalseRates } from "./detection/false-rates.ts";
import { writeSection } from "./evaluation/document.ts";
import { simulatedWorld } from "./evaluation/run-world.ts";
import { seedsOf } from "./evaluation/seeds.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1-3" },
    accounts: { type: "string", default: "12" },
    days: { type: "string", default: "21" },
    worlds: { type: "string" },
    write: { type: "boolean", default: false },
  },
});

const rates = new FalseRates();
for (const seed of seedsOf(values.seeds)) {
  const folder = mkdtempSync(join(tmpdir(), "trailwatch-rates-"));
  try {
    const options = { accounts: Number(values.accounts), days: Number(values.days), seed };
    const world = await simulatedWorld(values.worlds ?? folder, options);
    const truth = JSON.parse(readFileSync(join(world, "truth.json"), "utf8"));
    const place = workspace(folder);
    const sources = await sourcesOf([join(world, "AWSLogs")], {});
    await ingest({ sources, selection: {}, storePath: place.store, workers: 0 });
    await withStore(place, "read", ({ events }) => rates.add(truth, events));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
const tables = `${rates.bySignal()}\n\n${rates.byGrade()}`;
console.log(tables);
if (values.write) writeSection("rates", tables);
