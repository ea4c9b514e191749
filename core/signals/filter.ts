import type { EventFilter } from "../domain/signal.ts";
import type { UsageEvent } from "../domain/usage-event.ts";

/** Whether every condition of the filter holds for the event. The meaning that all other renderers of a filter share. */
export function matchesFilter(event: UsageEvent, filter: EventFilter): boolean {
  return (
    holds(filter.actions, `${event.service}:${event.action}`) &&
    holds(filter.services, event.service) &&
    holds(filter.outcomes, event.outcome) &&
    (filter.readOnly === undefined || filter.readOnly === event.readOnly) &&
    (filter.marks === undefined || filter.marks.some((mark) => event.marks.includes(mark))) &&
    ((filter.quantities === undefined && filter.quantityChange === undefined) || hasQuantity(event, filter))
  );
}

const holds = <T>(allowed: readonly T[] | undefined, value: T): boolean =>
  allowed === undefined || allowed.includes(value);

const hasQuantity = (event: UsageEvent, filter: EventFilter): boolean =>
  event.quantities.some(
    ({ kind, change }) => holds(filter.quantities, kind) && (filter.quantityChange ?? change) === change,
  );
