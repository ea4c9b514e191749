import { beforeEach, describe, expect, test } from "@jest/globals";
import type { AccountType } from "#core/domain/account.ts";
import type { SignalEntity } from "#core/domain/finding.ts";
import { BUCKET, DAY, type EpochMs } from "#core/domain/time.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import type { DenseRollup, RollupStore } from "#core/ports/rollup-store.ts";

/** The last bucket of a month, so that the next is in another. */
const START = Date.UTC(2026, 10, 30, 23, 55);
const ALL = { start: 0, end: START + 400 * DAY };

const entity = (account: string, changes: Partial<SignalEntity> = {}): SignalEntity => ({
  account,
  region: "eu-west-1",
  principal: null,
  resource: null,
  ...changes,
});

const row = (signal: string, of: SignalEntity, bucket: EpochMs, value: number): RollupRow => ({
  signal,
  entity: of,
  bucket,
  value,
});

const dense = (rows: readonly RollupRow[]): DenseRollup[] =>
  rows.map((one) => ({ ...one, accountType: "production" satisfies AccountType, ouPath: "/Workloads" }));

const LONG = "l".repeat(300);

/** In the order of the port. */
const ROWS: readonly RollupRow[] = [
  row("denied-calls", entity("111111111111"), START, 2),
  row("denied-calls", entity("111111111111"), START + BUCKET, 0),
  row("denied-calls", entity("111111111111", { region: "us-east-1" }), START - BUCKET, 1),
  row("denied-calls", entity("222222222222"), START, 0),
  row("denied-calls-by-principal", entity("111111111111", { principal: "" }), START, 1),
  row("denied-calls-by-principal", entity("111111111111", { principal: "it's" }), START, 1),
  row("denied-calls-by-principal", entity("111111111111", { principal: LONG }), START, 4),
  row("denied-calls-by-principal", entity("111111111111", { principal: `${LONG}a${LONG.repeat(99)}` }), START, 5),
  row(
    "denied-calls-by-principal",
    entity("111111111111", { principal: `${LONG}a${LONG.repeat(99)}` }),
    START + BUCKET,
    6,
  ),
  row("denied-calls-by-principal", entity("111111111111", { principal: `${LONG}b` }), START, 7),
  row("denied-calls-by-principal", entity("111111111111", { principal: `${LONG}🚨${LONG.repeat(99)}` }), START, 8),
  row("denied-calls-by-principal", entity("111111111111", { principal: "\ue000" }), START, 1),
  row("denied-calls-by-principal", entity("111111111111", { principal: "🚨" }), START, 1),
  // From before the signal was counted per principal.
  row("denied-calls-by-principal", entity("111111111111"), START, 1),
  row("function-invocations-by-function", entity("111111111111", { resource: "*" }), START, 0.1),
  row("function-invocations-by-function", entity("111111111111", { resource: "function/a" }), START, 1e15),
];

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of rows) list.push(one);
  return list;
}

/** Calls with rows in turn from both ends, so that no store is helped by the order of writing. */
const shuffled = <T>(rows: readonly T[]): T[] =>
  rows.map((_, at) => rows[at % 2 === 0 ? at / 2 : rows.length - 1 - (at - 1) / 2] as T);

/** What every store of dense roll-ups keeps and answers. */
export function rollupStoreContract(name: string, open: () => Promise<RollupStore>): void {
  describe(`roll-up store: ${name}`, () => {
    let store: RollupStore;
    beforeEach(async () => {
      store = await open();
    });
    const SIGNALS = [...new Set(ROWS.map(({ signal }) => signal))].reverse();

    test("gives back what was written in the order of signals, entities and buckets, zeros too", async () => {
      expect(await all(store.read(ALL, SIGNALS))).toEqual([]);
      await store.write(shuffled(dense(ROWS)));
      expect(await all(store.read(ALL, SIGNALS))).toEqual(ROWS);
    });

    test("reads a window, which begins with a bucket and ends before one, and the signals asked for", async () => {
      await store.write(shuffled(dense(ROWS)));
      const within = (start: EpochMs, end: EpochMs) => all(store.read({ start, end }, SIGNALS));
      expect(await within(START, START + BUCKET)).toEqual(ROWS.filter(({ bucket }) => bucket === START));
      expect(await within(START + BUCKET, START + 2 * BUCKET)).toEqual(ROWS.filter(({ bucket }) => bucket > START));
      expect(await within(START, START)).toEqual([]);
      expect(await all(store.read(ALL, ["denied-calls"]))).toEqual(ROWS.slice(0, 4));
      expect(await all(store.read(ALL, ["denied", "*", "denied-calls-by-*"]))).toEqual([]);
      expect(await all(store.read(ALL, []))).toEqual([]);
    });

    test("counts are what is no zero, of the entities that have each of the members asked for", async () => {
      await store.write(shuffled(dense(ROWS)));
      const within = (of: Partial<SignalEntity>) => all(store.counts(ALL, SIGNALS, of));
      const having = (of: Partial<SignalEntity>) =>
        ROWS.filter(
          ({ entity: one, value: count }) =>
            count > 0 && Object.entries(of).every(([member, value]) => one[member as keyof SignalEntity] === value),
        );
      expect(await all(store.counts(ALL, SIGNALS))).toEqual(having({}));
      expect(await all(store.counts({ start: START, end: START + BUCKET }, SIGNALS))).toEqual(
        having({}).filter(({ bucket }) => bucket === START),
      );
      const asked: readonly Partial<SignalEntity>[] = [
        {},
        { account: "222222222222" },
        { region: "us-east-1" },
        { principal: null },
        { principal: "" },
        { resource: "*" },
        ...ROWS.map((one) => one.entity),
        { account: "111111111111", principal: LONG },
        { account: "never" },
      ];
      for (const of of asked) expect(await within(of)).toEqual(having(of));
      expect(await within({ principal: `${LONG}a${LONG.repeat(99)}` })).toHaveLength(2);
    });

    test("a row that is written again is replaced", async () => {
      await store.write(dense(ROWS));
      const amended = ROWS.map((one) => ({ ...one, value: one.value + 1 }));
      await store.write(
        (async function* () {
          yield* dense(amended);
        })(),
      );
      expect(await all(store.read(ALL, SIGNALS))).toEqual(amended);
    });

    test("takes back rows whatever they counted, and minds none that is not there", async () => {
      await store.remove(ROWS);
      await store.write(dense(ROWS));
      const gone = ROWS.filter((_, at) => at % 3 === 0);
      await store.remove([
        ...gone.map((one) => ({ ...one, value: 77 })),
        row("never", entity("1"), START + 90 * DAY, 1),
      ]);
      await store.remove(gone);
      expect(await all(store.read(ALL, SIGNALS))).toEqual(ROWS.filter((_, at) => at % 3 !== 0));
    });

    test("active is who counted something in the window, with the last time", async () => {
      expect(await all(store.active(ALL, SIGNALS))).toEqual([]);
      await store.write(shuffled(dense(ROWS)));
      const active = ({ signal, entity: of, bucket }: RollupRow) => ({ signal, entity: of, lastBucket: bucket });
      const counted = ROWS.filter(({ value }) => value > 0);
      const lasting = counted.filter((one, at) => counted[at + 1]?.entity !== one.entity && one.value !== 5);
      expect(await all(store.active(ALL, SIGNALS))).toEqual(lasting.map(active));
      expect(await all(store.active({ start: START + BUCKET, end: START + DAY }, SIGNALS))).toEqual([
        active(ROWS[8] as RollupRow),
      ]);
      expect(await all(store.active({ start: 0, end: START }, SIGNALS))).toEqual([active(ROWS[2] as RollupRow)]);
      expect(await all(store.active(ALL, []))).toEqual([]);
    });
  });
}
