import type { AccountContext } from "#core/domain/account.ts";
import type { PricedUsageEvent, Quantity, UsageEvent } from "#core/domain/usage-event.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { PriceBook } from "#core/ports/price-book.ts";
import type { NanoUsdRange } from "#core/pricing/merged-cost.ts";
import { firstSeenValues } from "#core/signals/first-seen.ts";
import type { EventDetails } from "./event-document.ts";

/** An event to be written. */
export interface EventEntry {
  readonly event: PricedUsageEvent;
  /** As the organization knows it now; roll-ups and charts go by what it was then. */
  readonly account: AccountContext;
  readonly details: EventDetails;
}

/** What an event is enriched from. */
export interface Knowledge {
  readonly accounts: AccountDirectory;
  readonly priceBook: PriceBook;
  readonly riskyAction: (service: string, action: string) => boolean;
}

/** What only he who read the record knows. */
export type ReadDetails = Pick<EventDetails, "fingerprint" | "place" | "deliveredAt" | "rest">;

/** A normalised event with its price, its account and what it could be the first of; counted until it is settled. */
export function eventEntry(event: UsageEvent, read: ReadDetails, knowledge: Knowledge): EventEntry {
  const priced = { ...event, cost: knowledge.priceBook.estimate(event) };
  return {
    event: priced,
    account: knowledge.accounts.account(event.account),
    details: {
      ...read,
      counted: true,
      firsts: firstSeenValues(priced, true, knowledge.riskyAction),
      prices: event.quantities.map((quantity) => priceOfMade(quantity, event.region, knowledge.priceBook)),
    },
  };
}

/** Of what may be freed by its ids one day. */
function priceOfMade(quantity: Quantity, region: string, priceBook: PriceBook): NanoUsdRange | null {
  if (quantity.change !== "added" || quantity.resourceIds.length === 0) return null;
  const price = priceBook.price(quantity, region);
  return price?.kind === "rate" ? [price.lowPerHour, price.highPerHour] : null;
}
