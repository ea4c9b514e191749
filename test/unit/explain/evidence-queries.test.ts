import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { literal } from "#core/messages/sql-literal.ts";
import { filledDuckDb } from "../../fakes/filled-duckdb.ts";
import { STORIES } from "./stories.ts";

/** A person runs a fact's query on the store and finds the number that the fact states. */
describe.each(Object.keys(STORIES) as (keyof typeof STORIES)[])("queries of %s", (name) => {
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;
  let story: Awaited<ReturnType<(typeof STORIES)[typeof name]>>;

  beforeAll(async () => {
    story = await STORIES[name]();
    instance = await filledDuckDb(story.events.map((event) => ({ event, counted: true })));
    connection = await instance.connect();
  });
  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
  });

  test("run, and count what is stated", async () => {
    let counted = 0;
    for (const { statement, query } of story.incident.evidence) {
      if (query === null) continue;
      const rows = (await connection.runAndReadAll(query)).getRows();
      if (/^select (count\(\*\)|sum\(amount\)) from/.test(query)) {
        const number = Number(rows[0]?.[0]);
        const stated = /\b(\d[\d,]*)\b/.exec(statement.replace(/key \S+|role \S+|network \S+/gi, ""))?.[1];
        const none = /^No |never made/.test(statement);
        expect([statement, number]).toEqual([statement, none ? 0 : Number(stated?.replaceAll(",", ""))]);
        counted += 1;
      } else if (!/^(No |None |The (?:calls|other)|.*released again)/.test(statement)) {
        expect([statement, rows.length > 0]).toEqual([statement, true]);
      }
    }
    expect(counted).toBeGreaterThan(0);
  });
});

test.each(["plain", "it's", "a\nb", "\u001b[31m", "x\u202ey", "", "'; drop table events; --", "日本", "\u0000"])(
  "a literal of %j means that value, on one visible line",
  async (value) => {
    const instance = await filledDuckDb([]);
    const connection = await instance.connect();
    const text = literal(value);
    expect(text).toMatch(/^[^\p{Cc}\p{Cf}]*$/u);
    expect((await connection.runAndReadAll(`select ${text}`)).getRows()[0]?.[0]).toBe(value);
    connection.closeSync();
    instance.closeSync();
  },
);
