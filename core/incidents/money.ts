import type { NanoUsd } from "../domain/money.ts";
import { type EpochMs, HOUR } from "../domain/time.ts";
import type { PricedUsageEvent } from "../domain/usage-event.ts";

/**
 * The most that events added in any one hour, in USD/hour, by the low end of each estimate: what is uncertain does not
 * raise an alarm. An hour, so that machines that come and go all day are not added up to a fortune.
 */
export function peakAddedPerHour(events: readonly PricedUsageEvent[]): NanoUsd {
  const added: { readonly time: EpochMs; readonly amount: NanoUsd }[] = [];
  for (const event of events) {
    const { time } = event;
    const amount = addedPerHour(event);
    if (amount > 0n) added.push({ time, amount });
  }
  added.sort((a, b) => a.time - b.time);
  let [sum, peak, oldest] = [0n, 0n, 0];
  for (const { time, amount } of added) {
    sum += amount;
    for (let first = added[oldest]; first && first.time <= time - HOUR; first = added[++oldest]) sum -= first.amount;
    if (sum > peak) peak = sum;
  }
  return peak;
}

/** What one event adds, in USD/hour, by the low end of its estimates. */
export function addedPerHour({ cost }: PricedUsageEvent): NanoUsd {
  let amount = 0n;
  for (const estimate of cost) {
    if (estimate.kind === "rate" && estimate.direction === "added") amount += estimate.lowPerHour;
  }
  return amount;
}
