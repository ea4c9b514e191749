import { BUCKET, bucketStart, type EpochMs, MINUTE, type TimeWindow } from "#core/domain/time.ts";
import type { Arrivals, Arrived, Portion } from "#core/ports/arrivals.ts";
import type { DeliveryRow } from "#core/ports/event-store.ts";
import type { FirstUse } from "#core/ports/first-uses.ts";
import { portionSince, writtenSince } from "./asking/arrivals.ts";
import { deliveriesOf } from "./asking/coverage.ts";
import { firstSeenIn } from "./asking/first-seen.ts";
import { type Asked, asking } from "./asking/search.ts";
import type { OpenSearchConnection } from "./connection.ts";
import { type SettleOptions, settleArrived } from "./documents/settle.ts";
import { refreshed } from "./documents/stored-events.ts";
import type { IndexNames } from "./index-names.ts";

/**
 * Events are stamped before they are sent, and sent again as long as the cluster is busy: for so long one may be written
 * that says it was before.
 */
const WRITING = 5 * MINUTE;

/** What came into a cluster, whoever wrote it. One at a time settles. */
export class OpenSearchArrivals implements Arrivals {
  readonly #connection: OpenSearchConnection;
  readonly #names: IndexNames;
  readonly #options: SettleOptions;

  constructor(connection: OpenSearchConnection, names: IndexNames, options: SettleOptions) {
    this.#connection = connection;
    this.#names = names;
    this.#options = options;
  }

  /** Rejects with TrailwatchError `OPENSEARCH_BUSY` where somebody else settles the same events. */
  async arrived(since: EpochMs, window: TimeWindow, portion: Portion): Promise<Arrived> {
    const from = since - WRITING;
    await refreshed(this.#connection, this.#names);
    const came = await portionSince(this.#asked, from, window, portion);
    if (came.buckets.length === 0) return came;
    const heard = { start: window.start, end: came.until };
    const concerned = await settleArrived(this.#connection, this.#names, writtenSince(from), heard, this.#options);
    const buckets = new Set([...came.buckets, ...concerned.map((time) => bucketStart(time))]);
    return { buckets: [...buckets].sort((a, b) => a - b), until: came.until };
  }

  deliveries(window: TimeWindow): AsyncIterable<DeliveryRow> {
    return deliveriesOf(this.#asked, BUCKET, window);
  }

  async *firstUses(window: TimeWindow): AsyncGenerator<FirstUse> {
    for (const { events: _, lastTime: __, ...use } of await firstSeenIn(this.#asked, window)) yield use;
  }

  get #asked(): Asked {
    return asking(this.#connection, this.#names.events);
  }
}
