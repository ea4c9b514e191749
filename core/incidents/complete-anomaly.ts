import { evidenceQuery } from "../detection/evidence-query.ts";
import type { AnomalyDraft } from "../detection/judge-entity.ts";
import type { Anomaly } from "../domain/finding.ts";
import type { Signal } from "../domain/signal.ts";
import type { EventStore } from "../ports/event-store.ts";
import { attributeMoney } from "./attribute-money.ts";

const FINDING_EVENT_IDS = 25;

/** Gives a draft the events that it counted, or of money the dearest of them. One question to the store, of money two. */
export async function completeAnomaly(
  draft: AnomalyDraft,
  store: EventStore,
  signals: readonly Signal[],
): Promise<Anomaly> {
  const { facets, eventIds } = await store.facets(evidenceQuery(draft, signals));
  return attributeMoney(store, { ...draft, facets, eventIds: eventIds.slice(0, FINDING_EVENT_IDS) });
}
