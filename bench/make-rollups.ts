/**
 * `node bench/make-rollups.ts <seed> <accounts> <days> <copies> <file>`: a simulated world's roll-ups of all signals, counted
 * from its events as the product counts them, in a file of {@link AccountRollups}, one a line. Each account is there so many
 * times, each time with its weeks beginning with another one.
 */
import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { parseConfig } from "#core/config/index.ts";
import { deliveryHealth } from "#core/detection/delivery-health.ts";
import { seriesByAccount } from "#core/detection/series-of-rows.ts";
import { bucketStart, DAY, type EpochMs } from "#core/domain/time.ts";
import type { UsageEvent } from "#core/domain/usage-event.ts";
import { normaliseRecord } from "#core/normalise/index.ts";
import type { DeliveryRow, RollupRow } from "#core/ports/event-store.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { SignalCounter } from "#core/signals/counter.ts";
import { compareSeries } from "#core/signals/order.ts";
import { simulate, type Truth } from "#simulator/index.ts";
import type { AccountRollups } from "./backtest/rollups.ts";

const [seed = 1, accounts = 5, days = 90, copies = 1] = process.argv.slice(2, 6).map(Number);
const file = process.argv[6] as string;
const config = parseConfig({});
const priceBook = createPriceBook();
const signals = resolveSignals(config.signals);
const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Each event once; what the simulator delivers twice counts once. */
function* events(): Generator<UsageEvent, Truth> {
  const seen = new Set<string>();
  const world = simulate({ accounts, days, seed });
  for (;;) {
    const { value, done } = world.next();
    if (done) return value;
    if (!value.path.includes("/CloudTrail/")) continue;
    for (const record of JSON.parse(value.text).Records) {
      const read = normaliseRecord(record, hash);
      if (read.kind !== "event" || seen.has(read.event.id)) continue;
      seen.add(read.event.id);
      yield read.event;
    }
  }
}

interface Counted {
  readonly counter: SignalCounter;
  /** Events by bucket. */
  readonly delivered: Map<EpochMs, number>;
}

const counters = new Map<string, Counted>();
function countersOf(account: string): Counted {
  const counted = counters.get(account) ?? { counter: new SignalCounter(signals), delivered: new Map() };
  counters.set(account, counted);
  return counted;
}

for (const event of events()) {
  const counted = countersOf(event.account);
  counted.counter.add({ ...event, cost: priceBook.estimate(event) });
  const bucket = bucketStart(event.time);
  counted.delivered.set(bucket, (counted.delivered.get(bucket) ?? 0) + 1);
}

const buckets = [...counters.values()].flatMap(({ delivered }) => [...delivered.keys()]);
const start = buckets.reduce((a, b) => Math.min(a, b));
const span = { start, end: start + days * DAY };

const out = openSync(file, "w");
for (const [name, { counter, delivered }] of counters) {
  for (let copy = 0; copy < copies; copy++) {
    const account = `${name}-${copy}`;
    const turned = (bucket: EpochMs): EpochMs => start + ((bucket - start + copy * 7 * DAY) % (days * DAY));
    const rows = [...delivered].map(([bucket, events]) => ({ account, bucket: turned(bucket), events }));
    const health = await deliveryHealth(each<DeliveryRow>(rows.sort(byBucket)), span, config.detection);
    const delivery = health.accounts.get(account);
    if (!delivery) continue;
    const counts = counter
      .rows()
      .map(
        ({ bucket, entity, ...row }): RollupRow => ({ ...row, entity: { ...entity, account }, bucket: turned(bucket) }),
      );
    for await (const { signal, series } of seriesByAccount(each(counts.sort(byEntity)))) {
      const rollups: AccountRollups = { signal, span, delivery, series };
      writeSync(out, `${JSON.stringify(rollups)}\n`);
    }
  }
}
closeSync(out);

function byBucket(a: { readonly bucket: EpochMs }, b: { readonly bucket: EpochMs }): number {
  return a.bucket - b.bucket;
}

function byEntity(a: RollupRow, b: RollupRow): number {
  return compareSeries(a, b) || byBucket(a, b);
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
