import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { readAll } from "#adapters/duckdb/read.ts";
import { SIGNAL_TABLES } from "#adapters/duckdb/relations.ts";
import type { EventFilter, Signal, SignalValue } from "#core/domain/signal.ts";
import { MINUTE } from "#core/domain/time.ts";
import { EVENT_MARKS, OUTCOMES, QUANTITY_CHANGES, QUANTITY_KINDS } from "#core/domain/usage-event.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import { SignalCounter } from "#core/signals/counter.ts";
import { BUILT_IN_SIGNALS, METER_SIGNALS } from "#core/signals/definitions.ts";
import { matchesFilter } from "#core/signals/filter.ts";
import { filterSql, PUBLIC_VIEWS, rollupSql } from "#core/signals/sql.ts";
import { filledDuckDb } from "../fakes/filled-duckdb.ts";
import { generatedEvents } from "../fakes/usage-events.ts";

const nonEmpty = <T>(values: readonly T[]): fc.Arbitrary<T[]> =>
  fc.subarray([...values], { minLength: 1, maxLength: 3 });

const filter: fc.Arbitrary<EventFilter> = fc.record(
  {
    actions: nonEmpty(["ec2:RunInstances", "iam:CreateUser", "s3:GetObject", "it's:'; --"]),
    services: nonEmpty(["ec2", "s3", "sts"]),
    outcomes: nonEmpty(OUTCOMES),
    marks: nonEmpty(EVENT_MARKS),
    readOnly: fc.boolean(),
    quantities: nonEmpty(QUANTITY_KINDS),
    quantityChange: fc.constantFrom(...QUANTITY_CHANGES),
  },
  { requiredKeys: [] },
);

const value: fc.Arbitrary<SignalValue> = fc.oneof(
  fc.constant({ of: "events" } as const),
  fc.record({
    of: fc.constant("quantity" as const),
    kind: fc.constantFrom("instances", "volumes", "function-invocations", "object-reads"),
    change: fc.constantFrom(...QUANTITY_CHANGES),
  }),
  fc.record({ of: fc.constant("usd-per-hour" as const), change: fc.constantFrom("added", "removed") }),
  fc.constant({ of: "unpriced-events" } as const),
);

const customSignals: fc.Arbitrary<readonly Signal[]> = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom("custom-a", "custom-b", "custom-it's", "custom-🚨"),
    title: fc.constant("Custom"),
    unit: fc.constant("things"),
    filter,
    value,
    per: fc.constantFrom("region", "principal", "resource"),
    direction: fc.constant("rise"),
    floor: fc.constant(1),
    thresholds: fc.constant(null),
  }) as fc.Arbitrary<Signal>,
  { selector: ({ id }) => id, maxLength: 4 },
);

type Row = Omit<RollupRow, "entity"> & RollupRow["entity"];

test("signals count the same in process, over the store's tables and over its public views", async () => {
  await fc.assert(
    fc.asyncProperty(generatedEvents, customSignals, fc.constantFrom(5, 10, 60), async (entries, custom, minutes) => {
      const signals = [...BUILT_IN_SIGNALS, ...METER_SIGNALS, ...custom];
      const bucket = minutes * MINUTE;
      const counter = new SignalCounter(signals, bucket);
      for (const { event, counted } of entries) if (counted) counter.add(event);
      const expected = counter.rows();

      const instance = await filledDuckDb(entries);
      const connection = await instance.connect();
      try {
        for (const tables of [SIGNAL_TABLES, PUBLIC_VIEWS]) {
          const rows = await readAll<Row>(
            connection,
            `select * replace (bucket::double as bucket) from (${rollupSql(signals, bucket, tables)})`,
          );
          const answered = rows.map(({ signal, bucket: start, value: amount, ...entity }) => ({
            signal,
            entity,
            bucket: start,
            value: amount,
          }));
          expect(answered).toEqual(expected);
        }
      } finally {
        connection.closeSync();
        instance.closeSync();
      }
    }),
    { numRuns: 30, interruptAfterTimeLimit: 20_000 },
  );
}, 60_000);

test("a filter means the same in process and as a condition for people's queries", async () => {
  await fc.assert(
    fc.asyncProperty(generatedEvents, fc.array(filter, { minLength: 1, maxLength: 6 }), async (entries, filters) => {
      const instance = await filledDuckDb(entries);
      const connection = await instance.connect();
      try {
        for (const asked of filters) {
          const rows = await readAll<{ event_id: string }>(
            connection,
            `select event_id from usage_events where ${filterSql(asked)} order by event_id`,
          );
          const matching = entries.filter(({ event }) => matchesFilter(event, asked)).map(({ event }) => event.id);
          expect(rows.map(({ event_id }) => event_id)).toEqual(matching.sort());
        }
      } finally {
        connection.closeSync();
        instance.closeSync();
      }
    }),
    { numRuns: 30, interruptAfterTimeLimit: 20_000 },
  );
}, 60_000);
