import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { readAll } from "#adapters/duckdb/read.ts";
import { compareText } from "#core/domain/ordering.ts";
import { sqlIn, sqlNumber, sqlText, sqlTimestamp, sqlWindow } from "#core/signals/sql-literal.ts";

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await DuckDBInstance.create(":memory:");
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("'", '"', "\\", "\0", "-", ";", "\n", "$", "{", "é", "🚨", "E", "x") }),
);

test("any text comes back from SQL as itself", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 20 }), async (texts) => {
      const [row] = await readAll<{ texts: readonly string[] }>(
        connection,
        `select [${texts.map(sqlText).join(", ")}] as texts`,
      );
      expect(row?.texts).toEqual(texts);
    }),
    { numRuns: 100 },
  );
});

test("half a surrogate pair becomes the replacement character", async () => {
  const [row] = await readAll<{ text: string }>(connection, `select ${sqlText("a\uD800b\uDC00c🚨")} as text`);
  expect(row?.text).toBe("a\uFFFDb\uFFFDc🚨");
});

test("DuckDB and compareText agree on the order of texts", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 30 }), async (texts) => {
      const rows = await readAll<{ text: string }>(
        connection,
        `select unnest([${texts.map(sqlText).join(", ")}]) as text order by text`,
      );
      expect(rows.map(({ text }) => text)).toEqual([...texts].sort(compareText));
    }),
    { numRuns: 50 },
  );
});

test("numbers and times that SQL cannot write are refused", () => {
  expect(() => sqlNumber(Number.NaN)).toThrow(RangeError);
  expect(() => sqlNumber(Number.POSITIVE_INFINITY)).toThrow(RangeError);
  expect(() => sqlTimestamp(Date.UTC(10_000, 0, 1))).toThrow(RangeError);
  expect(() => sqlTimestamp(Number.NaN)).toThrow(RangeError);
});

test("a window may be open at either end, or empty", () => {
  const start = Date.UTC(2026, 10, 3);
  expect(sqlWindow("t", { start, end: start + 1000 })).toBe(
    "t >= timestamp '2026-11-03 00:00:00.000' and t < timestamp '2026-11-03 00:00:01.000'",
  );
  expect(sqlWindow("t", { start, end: Number.MAX_SAFE_INTEGER })).toBe("t >= timestamp '2026-11-03 00:00:00.000'");
  expect(sqlWindow("t", { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY })).toBe("true");
  expect(sqlWindow("t", { start, end: start })).toBe("false");
  expect(sqlIn("c", [])).toBe("false");
});
