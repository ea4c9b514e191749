/**
 * Reading with everything on: normalise, price, store, settle, then the roll-up of every signal, deliveries and
 * first-seen. Arguments: workers, folder, store. Prints one line of JSON.
 */
import "../cli/allocator.ts";
import { rmSync, statSync } from "node:fs";
import { LocalEventSource } from "#adapters/files/local-event-source.ts";
import { BUCKET } from "#core/domain/time.ts";
import { actionRisk, riskRank } from "#core/risk/action-risk.ts";
import { resolveSignals, signalsConfigSchema } from "#core/signals/config.ts";
import { report } from "./measure.ts";

// After the allocator, as the commands are loaded.
const { DuckDbEventStore } = await import("#adapters/duckdb/duckdb-event-store.ts");
const { ingest } = await import("../cli/ingest/index.ts");

const [, , workers, folder, storePath] = process.argv as [string, string, string, string, string];
for (const suffix of ["", ".wal"]) rmSync(storePath + suffix, { force: true });

const started = performance.now();
let stored = started;
let storedPeak = 0;
const summary = await ingest({
  sources: [new LocalEventSource(folder)],
  selection: {},
  storePath,
  workers: Number(workers),
  afterIngest: async (instance) => {
    stored = performance.now();
    storedPeak = process.resourceUsage().maxRSS / 1024;
    const store = await DuckDbEventStore.open(instance, {
      riskyAction: (service, action) => riskRank(actionRisk(service, action).level) >= riskRank("medium"),
    });
    let rows = 0;
    for await (const _row of store.rollup(resolveSignals(signalsConfigSchema.parse({})), BUCKET)) rows++;
    for await (const _row of store.deliveries(BUCKET)) rows++;
    for await (const _row of store.firstSeen()) rows++;
    if (rows === 0) throw new Error("the store answers nothing");
    await store.close();
  },
});
const ended = performance.now();
process.stderr.write(
  `  stored in ${Math.round(stored - started)} ms (peak ${Math.round(storedPeak)} MiB), asked in ${Math.round(ended - stored)} ms\n`,
);
report({ events: summary.stored, milliseconds: ended - started, storeBytes: statSync(storePath).size });
