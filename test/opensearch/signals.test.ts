import { beforeAll } from "@jest/globals";
import type { RollupRow } from "#core/ports/event-store.ts";
import { signalsContract } from "../contract/signals.ts";
import { emptyPlace, type Place, refilled } from "./filled-opensearch.ts";
import { liveNode } from "./support/live-node.ts";

const node = liveNode();
let place: Place;
beforeAll(async () => {
  place = await emptyPlace(node);
});

signalsContract("the query DSL", async (entries) => {
  const store = await refilled(place, entries);
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
