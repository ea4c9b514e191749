import type { TimeWindow } from "../domain/time.ts";
import { signalRegion, type UsageEvent } from "../domain/usage-event.ts";
import type { EventQuery } from "../ports/event-store.ts";
import { matchesFilter } from "./filter.ts";

/**
 * Whether an event is one that is asked for. The meaning that all stores share.
 * @param counted false for the copy of an action logged in two accounts that signals do not count
 */
export function matchesQuery(event: UsageEvent, counted: boolean, query: EventQuery): boolean {
  return (
    isIn(query.window, event.time) &&
    (query.counted === undefined || counted) &&
    (!query.filter || matchesFilter(event, query.filter)) &&
    allows(query.accounts, event.account) &&
    allows(query.regions, signalRegion(event.service, event.region)) &&
    allows(query.principals, event.principal.id) &&
    allows(query.accessKeys, event.principal.accessKeyId) &&
    allows(query.sessions, event.principal.session) &&
    allows(query.networks, event.origin.network) &&
    allows(query.tools, event.origin.tool) &&
    allows(query.ids, event.id) &&
    (!query.resources || event.resources.some((resource) => allows(query.resources, resource)))
  );
}

const isIn = (window: TimeWindow | undefined, time: number): boolean =>
  window === undefined || (time >= window.start && time < window.end);

const allows = (allowed: readonly string[] | undefined, value: string | null): boolean =>
  allowed === undefined || (value !== null && allowed.includes(value));
