import type { TimeWindow } from "../domain/time.ts";
import type { PricedUsageEvent } from "../domain/usage-event.ts";
import type { Policy } from "../policies/policy.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { EventQuery, EventStore } from "../ports/event-store.ts";
import { anomaliesOf, type Case, eventsOf, signalOf } from "./case.ts";

/** A case with whom to ask about it. */
export interface Inquiry {
  readonly subject: Case;
  readonly store: EventStore;
  readonly directory: AccountDirectory;
  /** Of them, the lists of approved instance types are asked. */
  readonly policies: readonly Policy[];
  /** Of everything in the store: what lies before it was not seen. */
  readonly span: TimeWindow;
  readonly events: CaseEvents;
}

/** The events behind a case, each once, in time order. */
export interface CaseEvents {
  readonly list: readonly PricedUsageEvent[];
  /** False where a question's answer was longer than was read. */
  readonly complete: boolean;
}

/**
 * Events read per question. Enough for every launch of an incident; of larger storms only the beginning is read, and what
 * is extrapolated from it is said.
 */
const PER_QUESTION = 2000;
/** Of the leads, where so many are all of them: the sentence counts these one by one. */
const PER_LEAD = 5000;
/** Findings that are asked for their events. */
const QUESTIONS = 12;

/** Reads the events that the findings count: by the anomalies' own filters, the rest by id. */
export async function readCaseEvents(subject: Case, store: EventStore): Promise<CaseEvents> {
  const anomalies = anomaliesOf(subject.findings).slice(0, QUESTIONS);
  const questions = new Map<string, { readonly query: EventQuery; readonly limit: number }>();
  for (const anomaly of anomalies) {
    const query = eventsOf(anomaly, signalOf(anomaly, subject.signals));
    const whole = subject.leads.includes(anomaly) && anomaly.facets.events <= PER_LEAD;
    questions.set(JSON.stringify(query), { query, limit: whole ? PER_LEAD + 1 : PER_QUESTION });
  }
  const byId = new Map<string, PricedUsageEvent>();
  let complete = anomaliesOf(subject.findings).length <= QUESTIONS;
  for (const { query, limit } of questions.values()) {
    const events = await store.events(query, limit);
    if (events.length >= limit) complete = false;
    for (const event of events) byId.set(event.id, event);
  }
  const missing = subject.draft.eventIds.filter((id) => !byId.has(id));
  if (missing.length > 0) {
    for (const event of await store.events({ ids: missing }, PER_QUESTION)) byId.set(event.id, event);
  }
  return { list: [...byId.values()].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1)), complete };
}
