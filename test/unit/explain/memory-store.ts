import type { EpochMs } from "#core/domain/time.ts";
import { type PricedUsageEvent, signalRegion } from "#core/domain/usage-event.ts";
import { facetsOf } from "#core/incidents/facets.ts";
import type { EventFacets, EventQuery, EventStore } from "#core/ports/event-store.ts";
import { matchesFilter } from "#core/signals/filter.ts";

/** Answers `events` and `facets` from a list; explaining asks for nothing else. */
export class ListStore implements EventStore {
  readonly #events: readonly PricedUsageEvent[];

  constructor(events: readonly PricedUsageEvent[]) {
    this.#events = [...events].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
  }

  async events(query: EventQuery, limit: number): Promise<readonly PricedUsageEvent[]> {
    return this.#events.filter((event) => matches(event, query)).slice(0, limit);
  }

  async facets(query: EventQuery): Promise<EventFacets> {
    const found = this.#events.filter((event) => matches(event, query));
    return {
      facets: facetsOf(found),
      eventIds: found.slice(0, 200).map(({ id }) => id),
      first: found[0]?.time ?? null,
      last: found.at(-1)?.time ?? null,
    };
  }

  async span(): Promise<{ start: EpochMs; end: EpochMs } | null> {
    const [first] = this.#events;
    const last = this.#events.at(-1);
    return first && last ? { start: first.time, end: last.time + 1 } : null;
  }

  coverage(): never {
    throw new Error("explaining does not ask for coverage");
  }
  rollup(): never {
    throw new Error("explaining does not ask for roll-ups");
  }
  deliveries(): never {
    throw new Error("explaining does not ask for deliveries");
  }
  spend(): never {
    throw new Error("explaining does not ask for the spend meter");
  }
  firstSeen(): never {
    throw new Error("explaining does not ask what was seen first");
  }
}

function matches(event: PricedUsageEvent, query: EventQuery): boolean {
  const { window } = query;
  return (
    (!window || (event.time >= window.start && event.time < window.end)) &&
    among(query.accounts, event.account) &&
    among(query.regions, signalRegion(event.service, event.region)) &&
    (!query.filter || matchesFilter(event, query.filter)) &&
    among(query.principals, event.principal.id) &&
    among(query.accessKeys, event.principal.accessKeyId) &&
    among(query.sessions, event.principal.session) &&
    among(query.networks, event.origin.network) &&
    among(query.tools, event.origin.tool) &&
    (!query.resources || event.resources.some((resource) => query.resources?.includes(resource))) &&
    among(query.ids, event.id)
  );
}

const among = (wanted: readonly string[] | undefined, value: string | null): boolean =>
  wanted === undefined || (value !== null && wanted.includes(value));
