import type { SignalEntity } from "../domain/finding.ts";
import type { NanoUsd } from "../domain/money.ts";
import type { Signal, SignalValue } from "../domain/signal.ts";
import { BUCKET, bucketStart, type EpochMs } from "../domain/time.ts";
import { type PricedUsageEvent, signalRegion } from "../domain/usage-event.ts";
import type { RollupRow } from "../ports/event-store.ts";
import { matchesFilter } from "./filter.ts";
import { compareSeries } from "./order.ts";

/** The resource that an event is counted under: the most specific one, first in its list. */
const countedResource = (event: PricedUsageEvent): string | null => event.resources[0] ?? null;

/**
 * Counts signals in process, event by event. Give it each event that counts once: of the copies of an action that was
 * logged in two accounts only the one that counts. An event that names no resource is not in signals per resource.
 */
export class SignalCounter {
  readonly #signals: readonly Signal[];
  readonly #bucket: EpochMs;
  readonly #cells = new Map<string, Cell>();

  constructor(signals: readonly Signal[], bucket: EpochMs = BUCKET) {
    this.#signals = signals;
    this.#bucket = bucket;
  }

  add(event: PricedUsageEvent): void {
    for (const signal of this.#signals) {
      if (!matchesFilter(event, signal.filter)) continue;
      const resource = signal.per === "resource" ? countedResource(event) : null;
      if (signal.per === "resource" && resource === null) continue;
      const contribution = contributionOf(event, signal.value);
      if (contribution.amount === 0 && contribution.doubledNanos === 0n) continue;
      const entity: SignalEntity = {
        account: event.account,
        region: signalRegion(event.service, event.region),
        principal: signal.per === "principal" ? event.principal.id : null,
        resource,
      };
      const cell = this.#cell(signal, entity, bucketStart(event.time, this.#bucket));
      cell.amount += contribution.amount;
      cell.doubledNanos += contribution.doubledNanos;
    }
  }

  /** Non-zero buckets, sorted by signal, account, region, principal, resource, bucket. */
  rows(): readonly RollupRow[] {
    return [...this.#cells.values()].map(rowOf).sort(compareRows);
  }

  #cell(signal: Signal, entity: SignalEntity, bucket: EpochMs): Cell {
    const key = JSON.stringify([signal.id, entity.account, entity.region, entity.principal, entity.resource, bucket]);
    let cell = this.#cells.get(key);
    if (!cell) {
      cell = { signal: signal.id, entity, bucket, amount: 0, doubledNanos: 0n };
      this.#cells.set(key, cell);
    }
    return cell;
  }
}

interface Cell {
  readonly signal: string;
  readonly entity: SignalEntity;
  readonly bucket: EpochMs;
  amount: number;
  /** Sum of low and high, which is twice the midpoint: exact in integers, whatever the order of events. */
  doubledNanos: NanoUsd;
}

const NANOS_OF_DOUBLED_USD = 2_000_000_000;

const rowOf = ({ signal, entity, bucket, amount, doubledNanos }: Cell): RollupRow => ({
  signal,
  entity,
  bucket,
  value: amount + Number(doubledNanos) / NANOS_OF_DOUBLED_USD,
});

function contributionOf(
  event: PricedUsageEvent,
  value: SignalValue,
): { readonly amount: number; readonly doubledNanos: NanoUsd } {
  switch (value.of) {
    case "events":
      return { amount: 1, doubledNanos: 0n };
    case "quantity": {
      let amount = 0;
      for (const quantity of event.quantities) {
        if (quantity.kind === value.kind && quantity.change === value.change) amount += quantity.amount;
      }
      return { amount, doubledNanos: 0n };
    }
    case "usd-per-hour": {
      let doubledNanos = 0n;
      for (const estimate of event.cost) {
        if (estimate.kind === "rate" && estimate.direction === value.change) {
          doubledNanos += estimate.lowPerHour + estimate.highPerHour;
        }
      }
      return { amount: 0, doubledNanos };
    }
    case "unpriced-events":
      return { amount: event.cost.some(({ kind }) => kind === "unpriced") ? 1 : 0, doubledNanos: 0n };
  }
}

const compareRows = (a: RollupRow, b: RollupRow): number => compareSeries(a, b) || a.bucket - b.bucket;
