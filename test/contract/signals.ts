import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { EventFilter, Signal, SignalValue } from "#core/domain/signal.ts";
import { type EpochMs, MINUTE } from "#core/domain/time.ts";
import { EVENT_MARKS, OUTCOMES, QUANTITY_CHANGES, QUANTITY_KINDS } from "#core/domain/usage-event.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import { SignalCounter } from "#core/signals/counter.ts";
import { BUILT_IN_SIGNALS, METER_SIGNALS } from "#core/signals/definitions.ts";
import { matchesFilter } from "#core/signals/filter.ts";
import { type GeneratedEvent, generatedEvents } from "../fakes/usage-events.ts";
import { whileTimeLasts } from "../fakes/while-time-lasts.ts";

const nonEmpty = <T>(values: readonly T[]): fc.Arbitrary<T[]> =>
  fc.subarray([...values], { minLength: 1, maxLength: 3 });

const conditions: fc.Arbitrary<Required<EventFilter>> = fc.record({
  actions: nonEmpty(["ec2:RunInstances", "iam:CreateUser", "s3:GetObject", "it's:'; --"]),
  services: nonEmpty(["ec2", "s3", "sts"]),
  outcomes: nonEmpty(OUTCOMES),
  marks: nonEmpty(EVENT_MARKS),
  readOnly: fc.boolean(),
  quantities: fc.oneof(nonEmpty(["instances", "volumes", "function-invocations"] as const), nonEmpty(QUANTITY_KINDS)),
  quantityChange: fc.constantFrom(...QUANTITY_CHANGES),
});

/** Few conditions at once, so that some events meet them. */
const eventFilter: fc.Arbitrary<EventFilter> = conditions.chain((all) =>
  fc
    .subarray(Object.keys(all) as (keyof EventFilter)[], { maxLength: 3 })
    .map((keys) => Object.fromEntries(keys.map((key) => [key, all[key]]))),
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
    filter: eventFilter,
    value,
    per: fc.constantFrom("region", "principal", "resource"),
    direction: fc.constant("rise"),
    floor: fc.constant(1),
    thresholds: fc.constant(null),
  }) as fc.Arbitrary<Signal>,
  { selector: ({ id }) => id, maxLength: 4 },
);

/** How signals are rendered for one system, over the events that it was given. */
export interface RenderedSignals {
  /** The same counts, from each of the places that they can be counted from. */
  rollups(signals: readonly Signal[], bucket: EpochMs): Promise<readonly (readonly RollupRow[])[]>;
  /** Ids of the events that match, in any order. */
  matching(filter: EventFilter): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Every renderer of signals counts what the counter in process counts, and a filter means the same to it. */
export function signalsContract(
  name: string,
  open: (entries: readonly GeneratedEvent[]) => Promise<RenderedSignals>,
): void {
  test(`signals count the same in process and in ${name}`, async () => {
    await fc.assert(
      fc.asyncProperty(
        generatedEvents,
        customSignals,
        fc.constantFrom(5, 10, 60),
        whileTimeLasts(20_000, async (entries, custom, minutes) => {
          const signals = [...BUILT_IN_SIGNALS, ...METER_SIGNALS, ...custom];
          const bucket = minutes * MINUTE;
          const counter = new SignalCounter(signals, bucket);
          for (const { event, counted } of entries) if (counted) counter.add(event);
          const rendered = await open(entries);
          try {
            for (const rows of await rendered.rollups(signals, bucket)) expect(rows).toEqual(counter.rows());
          } finally {
            await rendered.close();
          }
        }),
      ),
      { numRuns: 30 },
    );
  }, 60_000);

  test(`a filter means the same in process and in ${name}`, async () => {
    await fc.assert(
      fc.asyncProperty(
        generatedEvents,
        fc.array(eventFilter, { minLength: 10, maxLength: 20 }),
        whileTimeLasts(20_000, async (entries, filters) => {
          const rendered = await open(entries);
          try {
            for (const asked of filters) {
              const matching = entries.filter(({ event }) => matchesFilter(event, asked)).map(({ event }) => event.id);
              expect([...(await rendered.matching(asked))].sort()).toEqual(matching.sort());
            }
          } finally {
            await rendered.close();
          }
        }),
      ),
      { numRuns: 30 },
    );
  }, 60_000);
}
