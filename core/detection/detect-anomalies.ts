import type { Signal } from "../domain/signal.ts";
import type { RollupRow } from "../ports/event-store.ts";
import type { DeliveryHealth } from "./delivery-health.ts";
import { type AnomalyDraft, type JudgeContext, judgeEntity } from "./judge-entity.ts";
import { seriesByAccount } from "./series-of-rows.ts";

export interface DetectionInput extends JudgeContext {
  /** Sorted by signal id, account, region, principal, resource, bucket; rows of other signals are passed over. */
  readonly rollup: AsyncIterable<RollupRow>;
  readonly signals: readonly Signal[];
  readonly health: DeliveryHealth;
}

/**
 * Runs a model over every entity of every signal, from its account's first event to the end of the span, and returns
 * the departures as anomalies: sorted by start, then id.
 */
export async function detectAnomalies(input: DetectionInput): Promise<readonly AnomalyDraft[]> {
  const signals = new Map(input.signals.map((signal) => [signal.id, signal]));
  const drafts: AnomalyDraft[] = [];
  for await (const { signal: id, series } of seriesByAccount(input.rollup)) {
    const signal = signals.get(id);
    const account = series[0]?.entity.account ?? "";
    const delivery = input.health.accounts.get(account);
    if (!signal || !delivery) continue;
    for (const entity of series) drafts.push(...judgeEntity(signal, entity, series, delivery, input));
  }
  return drafts.sort((a, b) => a.window.start - b.window.start || (a.id < b.id ? -1 : 1));
}
