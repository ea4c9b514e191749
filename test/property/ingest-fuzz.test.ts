import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { LocalEventSource } from "#adapters/files/local-event-source.ts";
import { fuzzFile, fuzzRecordsFile, realRecords } from "../../bench/fuzz-input.ts";
import { ingest } from "../../cli/ingest/index.ts";
import { inTemporaryFolder, readBytes, rowsOf } from "../fakes/ingest.ts";

/** `npm run fuzz` does the same at length. */
const RECORDS = 4000;
const FILES = 250;

const real = realRecords();

test("mutated records are each stored or quarantined", async () => {
  const { events, insights, quarantined, outcome } = await readBytes(fuzzRecordsFile(real, 42, RECORDS));
  expect(outcome.read).toBe(RECORDS);
  expect(outcome.read).toBe(events + insights.length + quarantined.length);
  expect(events).toBeGreaterThan(RECORDS / 5);
  expect(quarantined.length).toBeGreaterThan(RECORDS / 20);
});

test("mutated files never stop reading, every file is accounted for, and the counts add up", () =>
  inTemporaryFolder(async (folder) => {
    const logs = join(folder, "logs");
    mkdirSync(logs);
    for (let file = 0; file < FILES; file++) writeFileSync(join(logs, `${1000 + file}`), fuzzFile(real, 1 + file));
    const storePath = join(folder, "store.duckdb");
    const summary = await ingest({ sources: [new LocalEventSource(logs)], selection: {}, storePath, workers: 0 });
    const { read, stored, duplicates, quarantined, leftOut, files, filesLeftOut, insights } = summary;
    const inQuarantine = Object.values(quarantined).reduce((sum, count) => sum + count, 0);
    expect(read).toBe(stored + duplicates + inQuarantine + leftOut);
    expect(files + Object.values(filesLeftOut).reduce((sum, count) => sum + count, 0)).toBe(FILES);
    expect(stored).toBeGreaterThan(100);
    expect(inQuarantine).toBeGreaterThan(100);
    const [held] = await rowsOf(
      storePath,
      `select (select count(*) from usage_events)::int as events, (select count(*) from events)::int as rows,
        (select count(distinct event_id) from usage_events)::int as ids, (select count(*) from quarantine)::int as quarantined`,
    );
    expect(held).toEqual({
      events: stored - insights,
      rows: stored - insights,
      ids: stored - insights,
      quarantined: inQuarantine,
    });
  }));
