import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "@jest/globals";
import { quiesce, readAll } from "#adapters/duckdb/read.ts";

test("a connection is closed in the middle of an answer without hanging", async () => {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const answer = readAll(connection, "select sum(a.range * b.range) from range(60000) a, range(20000) b");
  const ended = expect(answer).rejects.toThrow(/interrupt/i);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await quiesce(connection);
  connection.closeSync();
  instance.closeSync();
  await ended;
}, 10_000);
