import type { Anomaly } from "../domain/finding.ts";
import type { NanoUsd } from "../domain/money.ts";
import { compareText } from "../domain/ordering.ts";
import type { PricedUsageEvent } from "../domain/usage-event.ts";
import type { EventStore } from "../ports/event-store.ts";
import { facetsOf } from "./facets.ts";
import { addedPerHour } from "./money.ts";

const EVENTS_READ = 20_000;
const FINDING_EVENT_IDS = 25;

/** Part of the money that the shown events must make up, in hundredths. */
const SHOWN_PERCENT = 90n;

/**
 * A departure in dollars counts every call that costs something; who made most calls is not who spent most. Such an
 * anomaly gets the facets of the dearest calls that make up nine tenths of the money.
 */
export async function attributeMoney(store: EventStore, anomaly: Anomaly): Promise<Anomaly> {
  return isMoney(anomaly) ? ((await byMoney(store, anomaly)) ?? anomaly) : anomaly;
}

const isMoney = ({ direction, signal }: Anomaly): boolean =>
  direction === "rise" && signal.startsWith("usd-per-hour-added");

async function byMoney(store: EventStore, finding: Anomaly): Promise<Anomaly | null> {
  const { account, region, principal } = finding.entity;
  const events = await store.events(
    {
      window: finding.window,
      accounts: [account],
      regions: [region],
      counted: true,
      filter: { outcomes: ["success"], readOnly: false, quantityChange: "added" },
      ...(principal === null ? {} : { principals: [principal] }),
    },
    EVENTS_READ,
  );
  const dearest = mostOf(events);
  if (dearest.length === 0) return null;
  return {
    ...finding,
    facets: facetsOf(dearest),
    eventIds: dearest.slice(0, FINDING_EVENT_IDS).map(({ id }) => id),
  };
}

/** The dearest events that make up {@link SHOWN_PERCENT} of the money, in time order. */
function mostOf(events: readonly PricedUsageEvent[]): PricedUsageEvent[] {
  const priced = events
    .map((event) => ({ event, amount: addedPerHour(event) }))
    .filter(({ amount }) => amount > 0n)
    .sort((a, b) => (a.amount === b.amount ? compareText(a.event.id, b.event.id) : a.amount < b.amount ? 1 : -1));
  const total = priced.reduce<NanoUsd>((sum, { amount }) => sum + amount, 0n);
  const shown: PricedUsageEvent[] = [];
  let sum = 0n;
  for (const { event, amount } of priced) {
    if (sum * 100n >= total * SHOWN_PERCENT) break;
    shown.push(event);
    sum += amount;
  }
  return shown.sort((a, b) => a.time - b.time || compareText(a.id, b.id));
}
