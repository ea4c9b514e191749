import type { PolicyViolation } from "../domain/finding.ts";
import { compareText } from "../domain/ordering.ts";
import type { TimeWindow } from "../domain/time.ts";
import type { UsageEvent } from "../domain/usage-event.ts";
import type { EventStore } from "../ports/event-store.ts";
import { BurstWatch, dangerOf, gradeOf, type RoutineContext, whoOf } from "./danger-bursts.ts";
import { type Ownership, ruleMatches } from "./danger-conditions.ts";
import { DANGER_RULES, type DangerRule, dangerFilters } from "./danger-rules/index.ts";
import { eventsInOrder } from "./events-in-order.ts";
import { LEAK_FILTERS, LeakFinder } from "./leaks.ts";

export interface DangerContext extends Ownership, RoutineContext {
  readonly span: TimeWindow;
}

/** Rules that an event is against, those left out that say less than another one. */
export function dangersIn(
  event: UsageEvent,
  context: Ownership,
  rules: readonly DangerRule[] = DANGER_RULES,
): readonly DangerRule[] {
  const matched = new Set<string>();
  return rules.filter((rule) => {
    if (rule.unless?.some((id) => matched.has(id)) || !ruleMatches(rule, event, context)) return false;
    matched.add(rule.id);
    return true;
  });
}

interface Watched {
  readonly rule: DangerRule;
  readonly account: string;
  readonly watch: BurstWatch;
}

/** Applies the danger rules to events in time order. Holds per rule and principal only the last window. */
class DangerFinder {
  readonly #context: DangerContext;
  readonly #watched = new Map<string, Watched>();

  constructor(context: DangerContext) {
    this.#context = context;
  }

  add(event: UsageEvent): void {
    for (const rule of dangersIn(event, this.#context)) {
      const key = `${rule.id}|${event.account}|${whoOf(event)}`;
      const watched = this.#watched.get(key) ?? { rule, account: event.account, watch: new BurstWatch(rule) };
      this.#watched.set(key, watched);
      watched.watch.add(event);
    }
  }

  /** Sorted by start, then id. */
  finish(): PolicyViolation[] {
    return [...this.#watched.values()]
      .flatMap(({ rule, account, watch }) => {
        const bursts = watch.finish();
        return bursts.map((burst) => ({
          ...dangerOf(rule, burst),
          ...gradeOf(rule, account, burst, bursts, this.#context),
        }));
      })
      .sort((a, b) => a.window.start - b.window.start || compareText(a.id, b.id));
  }
}

/** The danger rules over events in time order. */
export function findDangers(events: Iterable<UsageEvent>, context: DangerContext): PolicyViolation[] {
  const finder = new DangerFinder(context);
  for (const event of events) finder.add(event);
  return finder.finish();
}

/** The danger rules and what was never freed, over everything in a store, a page at a time. */
export async function scanDangers(store: EventStore, context: DangerContext): Promise<PolicyViolation[]> {
  const dangers = new DangerFinder(context);
  const leaks = new LeakFinder();
  for await (const event of eventsInOrder(store, context.span, [...dangerFilters(), ...LEAK_FILTERS])) {
    dangers.add(event);
    leaks.add(event);
  }
  return [...dangers.finish(), ...leaks.finish(context.span.end)].sort(
    (a, b) => a.window.start - b.window.start || compareText(a.id, b.id),
  );
}
