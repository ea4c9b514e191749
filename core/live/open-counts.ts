import type { Signal } from "../domain/signal.ts";
import { BUCKET, bucketStart, type EpochMs, MINUTE, type TimeWindow } from "../domain/time.ts";
import type { EventStore, RollupRow } from "../ports/event-store.ts";
import { anomalySubject } from "./subjects.ts";

/** What is counted of buckets that are not closed, by subject; read once a window. */
export class OpenCounts {
  readonly #store: EventStore;
  readonly #signals: readonly Signal[];
  readonly #newest: TimeWindow;
  readonly #read = new Map<string, Promise<ReadonlyMap<string, readonly RollupRow[]>>>();

  constructor(store: EventStore, signals: readonly Signal[], now: EpochMs, latenessMinutes: number) {
    this.#store = store;
    this.#signals = signals;
    // With the last closed bucket: two in a row may reach a threshold.
    const start = bucketStart(now - latenessMinutes * MINUTE) - BUCKET;
    this.#newest = { start, end: bucketStart(now) + BUCKET };
  }

  /** Of every account, in the buckets that are usually open. */
  newest(): Promise<ReadonlyMap<string, readonly RollupRow[]>> {
    return this.#of(this.#newest);
  }

  /**
   * One subject's counts from where its account is closed, in time order.
   * @param heardUntil end of the account's last bucket with an event
   */
  async since(subject: string, closed: EpochMs, heardUntil: EpochMs): Promise<readonly RollupRow[]> {
    if (heardUntil <= closed) return [];
    // An account that has fallen silent may be open from long ago, and others may be ahead of what is caught up on.
    const isIn = closed >= this.#newest.start && heardUntil <= this.#newest.end;
    const window = isIn ? this.#newest : { start: closed, end: heardUntil };
    const rows = (await this.#of(window)).get(subject) ?? [];
    return rows.filter(({ bucket }) => bucket >= closed);
  }

  #of(window: TimeWindow): Promise<ReadonlyMap<string, readonly RollupRow[]>> {
    const key = `${window.start} ${window.end}`;
    const known = this.#read.get(key) ?? this.#count(window);
    this.#read.set(key, known);
    return known;
  }

  async #count(window: TimeWindow): Promise<ReadonlyMap<string, readonly RollupRow[]>> {
    const rows = new Map<string, RollupRow[]>();
    for await (const row of this.#store.rollup(this.#signals, BUCKET, window)) {
      const subject = anomalySubject(row);
      rows.set(subject, [...(rows.get(subject) ?? []), row]);
    }
    return rows;
  }
}

/** Counts as a text to compare: the same where nothing was added. */
export const signatureOf = (rows: readonly RollupRow[]): string =>
  rows.map(({ bucket, value }) => `${bucket / BUCKET}:${value}`).join(" ");
