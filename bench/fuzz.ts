/**
 * `npm run fuzz [-- --seed 1 --records 100000 --files 2000]`: mutated records and mutated files through reading and
 * into a store. Fails on a crash, on counts that do not add up, and on a store that has something else than was counted.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { LocalEventSource } from "#adapters/files/local-event-source.ts";
import type { IngestSummary } from "#core/domain/ingest.ts";
import { ingest } from "../cli/ingest/index.ts";
import { fuzzFile, fuzzRecordsFile, realRecords } from "./fuzz-input.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    records: { type: "string", default: "100000" },
    files: { type: "string", default: "2000" },
  },
});

const RECORDS_A_FILE = 1000;
const folder = mkdtempSync(join(tmpdir(), "trailwatch-fuzz-"));

async function run(name: string, count: number, make: (index: number) => Buffer): Promise<IngestSummary> {
  const logs = join(folder, name);
  mkdirSync(logs);
  for (let index = 0; index < count; index++) writeFileSync(join(logs, String(index).padStart(6, "0")), make(index));
  const started = performance.now();
  const sources = [new LocalEventSource(logs)];
  const summary = await ingest({ sources, selection: {}, storePath: join(folder, `${name}.duckdb`), workers: 1 });
  const { read, stored, duplicates, conflicts, quarantined, leftOut, files, filesLeftOut } = summary;
  const inQuarantine = Object.values(quarantined).reduce((sum, entries) => sum + entries, 0);
  process.stdout.write(
    `${name}: ${files} files, ${read} read = ${stored} stored + ${duplicates} duplicates + ${inQuarantine} quarantined ` +
      `(${conflicts} conflicts) + ${leftOut} left out, in ${Math.round(performance.now() - started)} ms\n` +
      `  ${JSON.stringify(quarantined)} ${JSON.stringify(filesLeftOut)}\n`,
  );
  if (read !== stored + duplicates + inQuarantine + leftOut) throw new Error(`${name}: the counts do not add up`);
  const seen = files + Object.values(filesLeftOut).reduce((sum, left) => sum + left, 0);
  if (seen !== count) throw new Error(`${name}: ${seen} files are accounted for, of ${count}`);
  return summary;
}

try {
  const seed = Number(values.seed);
  const real = realRecords();
  const wanted = Number(values.records);
  const summary = await run("records", Math.ceil(wanted / RECORDS_A_FILE), (index) =>
    fuzzRecordsFile(real, seed + index, Math.min(RECORDS_A_FILE, wanted - index * RECORDS_A_FILE)),
  );
  if (summary.read !== wanted) throw new Error(`records: ${summary.read} were read, of ${wanted}`);
  await run("files", Number(values.files), (index) => fuzzFile(real, seed + 7919 * (index + 1)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
