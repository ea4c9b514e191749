import type { EventFilter } from "../../domain/signal.ts";
import type { EventMark } from "../../domain/usage-event.ts";
import { ACCESS_AND_CODE_DANGERS } from "./access-and-code.ts";
import { GUARDRAIL_AND_DATA_DANGERS } from "./guardrails-and-data.ts";
import { IDENTITY_DANGERS } from "./identity.ts";
import type { DangerRule } from "./rule.ts";

export type { Condition, DangerRule, Who } from "./rule.ts";

/** Within each list a rule stands after those that silence it. */
export const DANGER_RULES: readonly DangerRule[] = [
  ...GUARDRAIL_AND_DATA_DANGERS,
  ...IDENTITY_DANGERS,
  ...ACCESS_AND_CODE_DANGERS,
];

/** One filter a store can be asked with for all events that any rule may be about; matching is done here again. */
export function dangerFilters(rules: readonly DangerRule[] = DANGER_RULES): readonly EventFilter[] {
  const marks = new Set<EventMark>();
  const actions = new Set<string>();
  for (const { filter } of rules) {
    if (filter.actions) for (const action of filter.actions) actions.add(action);
    else for (const mark of filter.marks ?? []) marks.add(mark);
  }
  return [{ marks: [...marks].sort() }, { actions: [...actions].sort() }];
}
