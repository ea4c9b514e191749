import type { AccountPeers } from "../detection/account-peers.ts";
import { type PeerExpectation, pastOf, peerExpectation } from "../detection/peer-expectation.ts";
import type { EntitySeries } from "../detection/series.ts";
import { seriesByAccount } from "../detection/series-of-rows.ts";
import type { Signal } from "../domain/signal.ts";
import type { EpochMs } from "../domain/time.ts";
import type { RollupStore } from "../ports/rollup-store.ts";
import type { Series } from "../signals/order.ts";

/**
 * What is expected of entities of accounts that began lately, by their peers' roll-ups of the days before. Those are
 * closed, so it is asked once, where a process lives on; a model keeps what it began with in its state.
 */
export class HeldExpectations {
  readonly #rollups: RollupStore;
  readonly #known = new Map<string, PeerExpectation | null>();
  /** What was asked last: the entities of a signal come one after the other. */
  #asked: { readonly key: string; readonly series: readonly EntitySeries[] } | null = null;

  constructor(rollups: RollupStore) {
    this.#rollups = rollups;
  }

  /** @param since the first event of the entity's account */
  async of(
    signal: Signal,
    { entity: { account, region } }: Series,
    since: EpochMs,
    accounts: AccountPeers,
  ): Promise<PeerExpectation | null> {
    if (signal.per !== "region" || accounts.of(account, pastOf(since).end) === null) return null;
    const key = JSON.stringify([signal.id, account, region, since]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const series = await this.#past(signal, since);
    const expectation = peerExpectation(account, region, since, series, accounts);
    this.#known.set(key, expectation);
    return expectation;
  }

  async #past({ id }: Signal, since: EpochMs): Promise<readonly EntitySeries[]> {
    const window = pastOf(since);
    const key = `${id} ${window.end}`;
    if (this.#asked?.key === key) return this.#asked.series;
    const found: EntitySeries[] = [];
    for await (const { series } of seriesByAccount(this.#rollups.counts(window, [id]))) found.push(...series);
    this.#asked = { key, series: found };
    return found;
  }
}
