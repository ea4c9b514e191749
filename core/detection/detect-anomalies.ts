import type { Signal } from "../domain/signal.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { RollupRow } from "../ports/event-store.ts";
import { AccountPeers } from "./account-peers.ts";
import type { DeliveryHealth } from "./delivery-health.ts";
import { type AnomalyDraft, type JudgeContext, judgeEntity } from "./judge-entity.ts";
import { peerExpectation } from "./peer-expectation.ts";
import type { EntitySeries } from "./series.ts";
import { seriesByAccount } from "./series-of-rows.ts";

export interface DetectionInput extends Omit<JudgeContext, "from" | "accounts"> {
  /** Sorted by signal id, account, region, principal, resource, bucket; rows of other signals are passed over. */
  readonly rollup: AsyncIterable<RollupRow>;
  readonly signals: readonly Signal[];
  readonly health: DeliveryHealth;
  /** By which accounts are each other's peers. */
  readonly directory: AccountDirectory;
}

/**
 * Runs a model over every entity of every signal, from its account's first event to the end of the span, and returns
 * the departures as anomalies: sorted by start, then id.
 */
export async function detectAnomalies(input: DetectionInput): Promise<readonly AnomalyDraft[]> {
  const signals = new Map(input.signals.map((signal) => [signal.id, signal]));
  const since = new Map([...input.health.accounts].map(([account, delivery]) => [account, delivery.since]));
  const context = { ...input, accounts: new AccountPeers(input.directory, since) };
  const drafts: AnomalyDraft[] = [];
  for await (const { signal, series } of comparable(seriesByAccount(input.rollup), signals)) {
    for (const entity of series) {
      const delivery = input.health.accounts.get(entity.entity.account);
      if (!delivery) continue;
      const { account, region } = entity.entity;
      const expectation =
        signal.per === "region" ? peerExpectation(account, region, delivery.since, series, context.accounts) : null;
      drafts.push(...judgeEntity(signal, entity, series, delivery, context, expectation));
    }
  }
  return drafts.sort((a, b) => a.window.start - b.window.start || (a.id < b.id ? -1 : 1));
}

/** Entities that may be each other's peers: of a signal counted per region all there are, of others those of an account. */
async function* comparable(
  rows: AsyncIterable<{ readonly signal: string; readonly series: readonly EntitySeries[] }>,
  signals: ReadonlyMap<string, Signal>,
): AsyncGenerator<{ readonly signal: Signal; readonly series: readonly EntitySeries[] }> {
  let held: { readonly signal: Signal; readonly series: EntitySeries[] } | null = null;
  for await (const { signal: id, series } of rows) {
    if (held && held.signal.id !== id) {
      yield held;
      held = null;
    }
    const signal = signals.get(id);
    if (!signal) continue;
    if (signal.per !== "region") yield { signal, series };
    else if (held) held.series.push(...series);
    else held = { signal, series: [...series] };
  }
  if (held) yield held;
}
