import { expect, test } from "@jest/globals";
import { OpenSearchRollupStore } from "#adapters/opensearch/rollup-store.ts";
import { BUCKET } from "#core/domain/time.ts";
import type { DenseRollup } from "#core/ports/rollup-store.ts";
import { rollupStoreContract } from "../contract/rollup-store.ts";
import { emptyPlace } from "./filled-opensearch.ts";
import { liveNode } from "./support/live-node.ts";

const node = liveNode();
const NOW = Date.UTC(2026, 11, 1);

const open = async () => {
  const place = await emptyPlace(node);
  return { ...place, store: new OpenSearchRollupStore(place.connection, place.names, () => NOW) };
};

rollupStoreContract("OpenSearch", async () => (await open()).store);

const START = Date.UTC(2026, 10, 3);

function* rows(entities: number, buckets: number): Generator<DenseRollup> {
  for (let n = 0; n < entities; n++) {
    const resource = `function/${String((n * 7919) % entities).padStart(6, "0")}`;
    for (let at = 0; at < buckets; at++) {
      yield {
        signal: "function-invocations-by-function",
        entity: { account: "111111111111", region: "eu-west-1", principal: null, resource },
        bucket: START + at * BUCKET,
        value: (n + at) % 3,
        accountType: "development",
        ouPath: null,
      };
    }
  }
}

test("rows and entities beyond a page are read completely and in order", async () => {
  const { store } = await open();
  await store.write(rows(11_000, 2));
  const window = { start: START, end: START + BUCKET * 2 };
  const seen: string[] = [];
  for await (const { entity, bucket } of store.read(window, ["function-invocations-by-function"])) {
    seen.push(`${entity.resource} ${bucket}`);
  }
  expect(seen.length).toBe(22_000);
  const expected = [...new Set(seen)].sort();
  expect(seen.findIndex((row, at) => row !== expected[at])).toBe(-1);
  let active = 0;
  for await (const _ of store.active(window, ["function-invocations-by-function"])) active += 1;
  expect(active).toBe(11_000);
});

test("what detectors group by stands with each count", async () => {
  const { store, connection, names } = await open();
  const [one] = rows(1, 1) as Iterable<DenseRollup>;
  await store.write([{ ...(one as DenseRollup), value: 9, ouPath: "/Workloads" }]);
  await connection.send("POST", `/${names.rollups}/_refresh`);
  const { body } = await connection.send("POST", `/${names.rollupsAt(START)}/_search`);
  expect(body.hits.hits.map(({ _source }: { _source: unknown }) => _source)).toEqual([
    {
      "@timestamp": START,
      bucket_minutes: 5,
      signal: "function-invocations-by-function",
      account: "111111111111",
      region: "eu-west-1",
      resource: "function/000000",
      entity: "111111111111|eu-west-1",
      account_type: "development",
      ou_path: "/Workloads",
      value: 9,
      root: 3,
      written_at: NOW,
    },
  ]);
});
