import type { UnknownWindow } from "../domain/analysis.ts";
import type { TimeWindow } from "../domain/time.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { DeliveryRow } from "../ports/event-store.ts";
import type { DetectionConfig } from "./config.ts";
import { type AccountDelivery, DeliveryWatch } from "./delivery-watch.ts";

export interface DeliveryHealth {
  /** By account id. */
  readonly accounts: ReadonlyMap<string, AccountDelivery>;
  /** Sorted by start, then account. */
  readonly unknownWindows: readonly UnknownWindow[];
}

/**
 * Finds the windows in which an account's events were not delivered: runs of empty buckets whose probability, from the
 * share of empty buckets in the same hours of earlier days of the same kind (weekdays, weekends), is below
 * `outage.probability`. Each hour's share is taken as (empty + 1) / (seen + 2). Causal: only earlier days count, and
 * buckets that were not delivered are not among them.
 * @param deliveries sorted by account and bucket, non-zero only
 * @param directory of which accounts are closed; without it all are open
 */
export async function deliveryHealth(
  deliveries: AsyncIterable<DeliveryRow>,
  span: TimeWindow,
  config: DetectionConfig,
  directory?: AccountDirectory,
): Promise<DeliveryHealth> {
  const accounts = new Map<string, AccountDelivery>();
  const at = ({ account, watch }: { readonly account: string; readonly watch: DeliveryWatch }): AccountDelivery =>
    watch.at(span.end, directory?.account(account).closedAt);
  let current: { readonly account: string; readonly watch: DeliveryWatch } | undefined;
  for await (const { account, bucket } of deliveries) {
    if (current?.account === account) {
      current.watch.delivered(bucket);
      continue;
    }
    if (current) accounts.set(current.account, at(current));
    current = { account, watch: DeliveryWatch.begin(bucket, config) };
  }
  if (current) accounts.set(current.account, at(current));
  return healthOf(accounts);
}

export function healthOf(accounts: ReadonlyMap<string, AccountDelivery>): DeliveryHealth {
  const unknownWindows = [...accounts]
    .flatMap(([account, { unknown, closedFrom }]) =>
      unknown
        .filter(({ start }) => start !== closedFrom)
        .map((window) => ({ account, window, reason: "no events at all, where this account always has some" })),
    )
    .sort((a, b) => a.window.start - b.window.start || (a.account < b.account ? -1 : 1));
  return { accounts, unknownWindows };
}
