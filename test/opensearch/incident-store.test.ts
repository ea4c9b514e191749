import { expect, test } from "@jest/globals";
import { OpenSearchIncidentStore } from "#adapters/opensearch/incident-store.ts";
import { incidentStoreContract, sampleIncident } from "../contract/incident-store.ts";
import { emptyPlace } from "./filled-opensearch.ts";
import { liveNode } from "./support/live-node.ts";

const node = liveNode();
const NOW = Date.UTC(2026, 10, 4);

const open = async () => {
  const place = await emptyPlace(node);
  const store = new OpenSearchIncidentStore(place.connection, place.names, () => NOW);
  return { ...place, store, close: async () => {} };
};

incidentStoreContract("OpenSearch", open);

test("incidents can be filtered, counted and sorted by what people ask for", async () => {
  const { store, connection, names } = await open();
  const long = `user/${"x".repeat(40_000)}`;
  await store.save([
    sampleIncident("inc-1", {
      severity: "high",
      principals: [{ value: long, count: 3 }],
      cost: {
        status: "priced",
        perDay: { low: "1.5", high: "2" },
        perMonth: { low: "45.6", high: "60.8" },
        once: null,
        basis: [],
        assumptions: [],
        leftOut: [],
      },
    }),
  ]);
  const { body } = await connection.send("POST", `/${names.incidents}/_search`, {
    body: {
      query: {
        bool: {
          filter: [
            { term: { severity: "high" } },
            { term: { account: "111111111111" } },
            { match: { summary: "launched" } },
            { range: { window_start: { lte: NOW } } },
            { range: { cost_month_high: { gt: 60 } } },
          ],
        },
      },
      aggs: { types: { terms: { field: "account_type" } }, principals: { terms: { field: "principals" } } },
    },
  });
  expect(body.hits.hits).toHaveLength(1);
  expect(body.hits.hits[0]._source).toMatchObject({ revision: 1, paged: true, muted: false, written_at: NOW });
  expect(body.aggregations.types.buckets).toEqual([{ key: "production", doc_count: 1 }]);
  expect(body.aggregations.principals.buckets).toHaveLength(1);
  expect((await store.get("inc")).principals).toEqual([{ value: long, count: 3 }]);
});

test("more incidents than a page holds are all listed, and only what changed is written", async () => {
  const { store, connection, names } = await open();
  const many = Array.from({ length: 120 }, (_, n) => sampleIncident(`inc-${n}`));
  await store.save(many);
  expect((await store.list()).map(({ id }) => id)).toEqual(many.map(({ id }) => id).sort());
  const written = async () => {
    const { body } = await connection.send("GET", `/${names.incidents}/_stats/indexing`);
    const { index_total, delete_total } = body._all.primaries.indexing;
    return [index_total, delete_total];
  };
  expect(await written()).toEqual([120, 0]);
  await store.save(many);
  expect(await written()).toEqual([120, 0]);
  await store.save([...many.slice(2), sampleIncident("inc-1", { severity: "low" })]);
  expect(await written()).toEqual([121, 1]);
});

test("runs that save at the same time leave what one of them found", async () => {
  const { store, names, connection } = await open();
  const other = new OpenSearchIncidentStore(connection, names, () => NOW);
  const found = (eventCount: number) => ["a", "b", "c"].map((id) => sampleIncident(id, { eventCount }));
  await store.save(found(1));
  await Promise.all([store.save(found(2)), other.save(found(3))]);
  const list = await store.list();
  expect(list.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  // What came second saw what the first had written.
  expect(list.filter(({ revision }) => revision >= 3)).toHaveLength(3);
});
