import type { CostEstimate } from "../domain/money.ts";
import type { Quantity, UsageEvent } from "../domain/usage-event.ts";

export interface PriceBook {
  /** ISO date of the snapshot, for messages. */
  readonly asOf: string;
  readonly sources: readonly string[];
  /** What a successful event adds, removes or spends; one estimate a quantity that has a price or should have one. Empty for events that cost nothing. */
  estimate(event: UsageEvent): readonly CostEstimate[];
  /** One quantity in a region. `null` where the kind costs nothing by itself. */
  price(quantity: Quantity, region: string): CostEstimate | null;
}
