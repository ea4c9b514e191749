import type { EventFilter, Signal } from "../domain/signal.ts";
import type { EventQuery } from "../ports/event-store.ts";
import type { AnomalyDraft } from "./judge-entity.ts";

/** The events that an anomaly counted. Throws RangeError for an anomaly of a signal that is not among `signals`. */
export function evidenceQuery(draft: AnomalyDraft, signals: readonly Signal[]): EventQuery {
  const signal = signals.find(({ id }) => id === draft.signal);
  if (!signal) throw new RangeError(`no such signal: ${draft.signal}`);
  const { account, region, principal, resource } = draft.entity;
  return {
    window: draft.window,
    accounts: [account],
    regions: [region],
    filter: countedBy(signal),
    ...(principal === null ? {} : { principals: [principal] }),
    ...(resource === null ? {} : { resources: [resource] }),
  };
}

/** The signal's filter, narrowed to events that add to its value. */
function countedBy({ filter, value }: Signal): EventFilter {
  switch (value.of) {
    case "quantity":
      return filter.quantities ? filter : { ...filter, quantities: [value.kind], quantityChange: value.change };
    case "usd-per-hour":
    case "unpriced-events":
      return { readOnly: false, ...filter };
    case "events":
      return filter;
  }
}
