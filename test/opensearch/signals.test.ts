import { afterAll, beforeAll } from "@jest/globals";
import type { RollupRow } from "#core/ports/event-store.ts";
import { signalsContract } from "../contract/signals.ts";
import { type EmptyOpenSearch, emptyOpenSearch, fillEvents } from "./filled-opensearch.ts";

let opensearch: EmptyOpenSearch;
beforeAll(async () => {
  opensearch = await emptyOpenSearch();
});
afterAll(() => opensearch.close());

signalsContract("the query DSL", async (entries) => {
  const store = await fillEvents(opensearch, entries);
  return {
    async rollups(signals, bucket) {
      const rows: RollupRow[] = [];
      for await (const row of store.rollup(signals, bucket)) rows.push(row);
      return [rows];
    },
    matching: async (filter) => (await store.events({ filter }, 1000)).map(({ id }) => id),
    close: async () => {},
  };
});
