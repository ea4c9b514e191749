import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { runQuery } from "#adapters/duckdb/sql-query.ts";
import { filledDuckDb } from "../fakes/filled-duckdb.ts";
import { launched, sampleEvent } from "../fakes/usage-events.ts";

let folder: string;
let store: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "query-"));
  store = join(folder, "store.duckdb");
  const events = Array.from({ length: 12 }, (_, n) => ({
    event: sampleEvent({ id: `event-${n}`, quantities: [launched(n, "m5.large")] }),
    counted: true,
  }));
  (await filledDuckDb(events, store)).closeSync();
  writeFileSync(join(folder, "secret.csv"), "a,b\n1,2\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

test("answers rows that JSON can hold, counts as numbers", async () => {
  const answer = await runQuery(
    store,
    "select service, count(*) as calls, max(time) as latest, 9007199254740993 as big, [1, 2] as many from usage_events group by 1",
    { limit: 10 },
  );
  expect(answer).toEqual({
    columns: [
      { name: "service", type: "VARCHAR" },
      { name: "calls", type: "BIGINT" },
      { name: "latest", type: "TIMESTAMP" },
      { name: "big", type: "BIGINT" },
      { name: "many", type: "INTEGER[]" },
    ],
    rows: [["ec2", 12, "2026-11-02 23:30:00", "9007199254740993", [1, 2]]],
    truncated: false,
  });
});

test("stops at the limit and says so", async () => {
  expect(await runQuery(store, "select event_id from usage_events", { limit: 5 })).toMatchObject({
    truncated: true,
    rows: { length: 5 },
  });
  expect((await runQuery(store, "select 1 from usage_events", { limit: 12 })).truncated).toBe(false);
  expect((await runQuery(store, "select * from range(1000000000000)", { limit: 3 })).rows).toEqual([[0], [1], [2]]);
});

test.each([
  "from event_quantities",
  "describe usage_events",
  "show tables",
  "summarize accounts",
  "with q as (select 1) select * from q; -- the end",
  "explain select 1",
])("answers %s", async (sql) => {
  expect((await runQuery(store, sql, { limit: 100 })).rows.length).toBeGreaterThan(0);
});

test.each([
  "",
  " -- nothing\n;",
  "select 1; select 2",
  "delete from events",
  "create temp table x as select 1",
  "create view v as select 1",
  "set threads = 1",
  "prepare p as select 1",
  "load json",
  "install httpfs",
  "vacuum",
  "checkpoint",
  "select $1",
  "select * from read_csv('FOLDER/secret.csv')",
  "select * from read_text('/etc/passwd')",
  "select * from glob('FOLDER/*')",
  "attach 'FOLDER/other.duckdb'",
  "copy events to 'FOLDER/out.csv'",
  "export database 'FOLDER/out'",
])("refuses %j", async (sql) => {
  const before = readFileSync(store);
  await expect(runQuery(store, sql.replaceAll("FOLDER", folder), { limit: 1 })).rejects.toMatchObject({
    code: "QUERY_REFUSED",
    nextStep: expect.stringContaining("usage_events"),
  });
  expect(readFileSync(store).equals(before)).toBe(true);
});

test("an answer in another file is refused by name too", async () => {
  await expect(runQuery(store, `from '${join(folder, "secret.csv")}'`, { limit: 1 })).rejects.toMatchObject({
    code: expect.stringMatching(/^QUERY_/),
  });
});

test.each(["selct 1", "select nope from usage_events", "select 1 / 'a'"])("says what is wrong with %s", async (sql) => {
  await expect(runQuery(store, sql, { limit: 1 })).rejects.toMatchObject({ code: "QUERY_FAILED" });
});

test("a file that is no store, and none at all", async () => {
  await expect(runQuery(join(folder, "secret.csv"), "select 1", { limit: 1 })).rejects.toMatchObject({
    code: "STORE_UNUSABLE",
  });
  await expect(runQuery(join(folder, "none.duckdb"), "select 1", { limit: 1 })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});
