import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { MemoryRollupStore } from "#adapters/memory/rollup-store.ts";
import type { OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { OpenSearchRollupStore } from "#adapters/opensearch/rollup-store.ts";
import { BUCKET, DAY, HOUR, type TimeWindow } from "#core/domain/time.ts";
import type { ActiveEntity, DenseRollup, RollupStore } from "#core/ports/rollup-store.ts";
import { rollupStoreContract } from "../contract/rollup-store.ts";
import { whileTimeLasts } from "../fakes/while-time-lasts.ts";
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

const SIGNALS = ["denied-calls", "instances-launched"];

async function activeOf(store: RollupStore, window: TimeWindow): Promise<readonly ActiveEntity[]> {
  const found: ActiveEntity[] = [];
  for await (const one of store.active(window, SIGNALS)) found.push(one);
  return found;
}

/** Across the end of a month, and within hours of each other. */
const MONTHS_END = Date.UTC(2026, 11, 1);
const bucketNear = fc
  .tuple(fc.constantFrom(-14, -1, 0), fc.constantFrom(0, 1), fc.constantFrom(0, 11))
  .map(([days, hours, buckets]) => MONTHS_END + days * DAY + hours * HOUR + buckets * BUCKET);
const rowNear = fc
  .record({ bucket: bucketNear, signal: fc.constantFrom(...SIGNALS), account: fc.constant("1") })
  .chain(({ bucket, signal, account }) =>
    fc.nat(1).map((value): DenseRollup => {
      const entity = { account, region: "eu-west-1", principal: null, resource: null };
      return { signal, entity, bucket, value, accountType: "production", ouPath: null };
    }),
  );
const step = fc.record({
  kind: fc.constantFrom("write" as const, "remove" as const),
  by: fc.nat(1),
  rows: fc.array(rowNear, { minLength: 1, maxLength: 3 }),
  asked: fc.constantFrom(
    { start: MONTHS_END - 14 * DAY, end: MONTHS_END + DAY },
    { start: MONTHS_END - 14 * DAY + BUCKET, end: MONTHS_END + 2 * HOUR - BUCKET },
    { start: MONTHS_END + BUCKET, end: MONTHS_END + HOUR + BUCKET },
  ),
});

test("who was active is as it stands, whoever wrote since it was asked last", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 4, maxLength: 12 }),
      whileTimeLasts(25_000, async (steps) => {
        const { store, connection, names } = await open();
        const stores = [store, new OpenSearchRollupStore(connection, names, () => NOW)] as const;
        const memory = new MemoryRollupStore();
        for (const { kind, by, rows, asked } of steps) {
          await (stores[by] as RollupStore)[kind](rows);
          await memory[kind](rows);
          const expected = await activeOf(memory, asked);
          for (const one of stores) expect(await activeOf(one, asked)).toEqual(expected);
        }
      }),
    ),
    { numRuns: 12, endOnFailure: true },
  );
}, 90_000);

test("of two weeks that end a little later than the last ones only what is new is asked", async () => {
  const { connection, names } = await open();
  let searches = 0;
  const counted: OpenSearchConnection = {
    ...connection,
    send(...request) {
      if (request[1].endsWith("/_search")) searches += 1;
      return connection.send(...request);
    },
  };
  const store = new OpenSearchRollupStore(counted, names, () => NOW);
  const write = (bucket: number) => store.write(rowsAt(bucket).map((row) => ({ ...row, signal: "denied-calls" })));
  const asked = async (end: number): Promise<number> => {
    searches = 0;
    expect(await activeOf(store, { start: end - 14 * DAY, end })).toHaveLength(1);
    return searches;
  };
  const end = MONTHS_END + 3 * HOUR;
  await write(end - 13 * DAY);
  await write(end - BUCKET);
  expect(await asked(end)).toBe(14 + 3);
  await write(end);
  expect(await asked(end + BUCKET)).toBe(1);
  // What comes late into a day or an hour costs that day or hour.
  await write(end - 2 * DAY);
  await write(end - 2 * HOUR);
  expect(await asked(end + 2 * BUCKET)).toBe(3);
  // Others' writes cost the month.
  await new OpenSearchRollupStore(connection, names).write(rowsAt(end - DAY));
  expect(await asked(end + 2 * BUCKET)).toBe(1 + 14);
});

const rowsAt = (bucket: number): readonly DenseRollup[] => [...rows(1, 1)].map((row) => ({ ...row, bucket, value: 1 }));
