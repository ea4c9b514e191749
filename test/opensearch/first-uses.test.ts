import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { OpenSearchFirstUses } from "#adapters/opensearch/first-uses.ts";
import { HOUR, MINUTE } from "#core/domain/time.ts";
import type { FirstUse } from "#core/ports/first-uses.ts";
import { firstUsesContract } from "../contract/first-uses.ts";
import { whileTimeLasts } from "../fakes/while-time-lasts.ts";
import { emptyPlace, type Place } from "./filled-opensearch.ts";
import { liveNode } from "./support/live-node.ts";

const node = liveNode();
const START = Date.UTC(2026, 10, 3);

const use = (firstEventId: string, changes: Partial<FirstUse> = {}): FirstUse => ({
  account: "111111111111",
  dimension: "tool",
  value: "deploy · terraform",
  firstTime: START,
  firstEventId,
  region: "eu-west-1",
  principal: "arn:aws:iam::111111111111:role/deploy",
  ...changes,
});

const open = async (): Promise<{ place: Place; uses: OpenSearchFirstUses }> => {
  const place = await emptyPlace(node);
  return { place, uses: new OpenSearchFirstUses(place.connection, place.names, () => START) };
};

firstUsesContract("OpenSearch", async (clock) => {
  const { connection, names } = await emptyPlace(node);
  return new OpenSearchFirstUses(connection, names, () => clock.now());
});

test("the earliest use stays, a later one changes nothing, and the same comes again as the first", async () => {
  const { uses } = await open();
  const first = use("b");
  expect(await uses.keep([first])).toEqual([first]);
  expect(await uses.keep([first, use("a", { firstTime: START + HOUR })])).toEqual([first, first]);
  const before = use("z", { firstTime: START - HOUR, principal: "another" });
  expect(await uses.keep([before])).toEqual([before]);
  expect(await uses.keep([first])).toEqual([before]);
  const tied = use("y", { firstTime: START - HOUR });
  expect(await uses.keep([tied, before])).toEqual([tied, tied]);
  expect(await uses.keep([])).toEqual([]);
});

test("values are told apart by account and dimension, and may be anything", async () => {
  const { uses, place } = await open();
  const different = [
    use("1"),
    use("2", { account: "222222222222" }),
    use("3", { dimension: "principal" }),
    use("4", { value: "'\"\n{}*\\" }),
    use("5", { value: "" }),
    use("6", { value: "x".repeat(40_000), principal: "y".repeat(40_000) }),
    use("7", { value: `${"x".repeat(40_000)}!` }),
  ];
  expect(await uses.keep(different)).toEqual(different);
  expect(await uses.keep(different.map((one) => ({ ...one, firstTime: START + 1, firstEventId: "later" })))).toEqual(
    different,
  );
  const { connection, names } = place;
  await connection.send("POST", `/${names.firstUses}/_refresh`);
  const { body } = await connection.send("POST", `/${names.firstUses}/_search`, {
    body: { size: 0, aggs: { values: { terms: { field: "value" } } } },
  });
  expect(body.aggregations.values.buckets).toHaveLength(5);
});

test("more than a page is read whole, each once, and before the index is made there is none", async () => {
  const place = await emptyPlace(node);
  let now = START;
  const uses = new OpenSearchFirstUses(place.connection, place.names, () => now);
  const values = async (since?: number): Promise<readonly string[]> => {
    const read: string[] = [];
    for await (const { value } of uses.read(since)) read.push(value);
    return read;
  };
  expect(await values()).toEqual([]);
  expect(await values(START)).toEqual([]);
  const many = Array.from({ length: 10_001 }, (_, n) => String(n).padStart(5, "0"));
  await uses.keep(many.map((value) => use("a", { value })));
  expect(await values()).toEqual(many);
  now += MINUTE;
  await uses.keep([use("a", { value: "00007", firstTime: START - HOUR }), use("b", { value: "00008" })]);
  expect(await values(now)).toEqual(["00007"]);
});

test("whatever the order, and however many write at once, the earliest of each value is kept", async () => {
  const some = fc.record({
    value: fc.constantFrom("a", "b", "c"),
    minute: fc.nat(5),
    id: fc.constantFrom("x", "y", "z"),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(some, { maxLength: 6 }), { minLength: 1, maxLength: 4 }),
      whileTimeLasts(20_000, async (batches) => {
        const { uses } = await open();
        const given = batches.map((batch) =>
          batch.map(({ value, minute, id }) => use(id, { value, firstTime: START + minute })),
        );
        await Promise.all(given.map((batch) => uses.keep(batch)));
        const all = given.flat();
        const kept = await uses.keep(all);
        for (const [at, { value }] of all.entries()) {
          const [first] = all
            .filter((one) => one.value === value)
            .sort((a, b) => a.firstTime - b.firstTime || (a.firstEventId < b.firstEventId ? -1 : 1));
          expect(kept[at]).toEqual(first);
        }
      }),
    ),
    { numRuns: 15 },
  );
}, 60_000);
