import { type EpochMs, HOUR, type TimeWindow } from "../domain/time.ts";
import type { UsageEvent } from "../domain/usage-event.ts";
import { amountOf, whoOf } from "../incidents/danger-bursts.ts";
import type { Ownership } from "../incidents/danger-conditions.ts";
import { DANGER_RULES, type DangerRule, dangerFilters } from "../incidents/danger-rules/index.ts";
import { eventsInOrder } from "../incidents/events-in-order.ts";
import { dangersIn } from "../incidents/find-dangers.ts";
import type { EventStore } from "../ports/event-store.ts";
import { subjectOf } from "./subjects.ts";

/** Somebody who did what a rule is about, often enough. */
export interface DangerSuspect {
  readonly subject: string;
  /** Time of the first event of the run that was enough. */
  readonly from: EpochMs;
}

const LONGEST_WINDOW = Math.max(HOUR, ...DANGER_RULES.map(({ window }) => window));

const MANY: readonly DangerRule[] = DANGER_RULES.filter(({ atLeast }) => atLeast > 1);

const dangerSubject = (rule: DangerRule, event: UsageEvent): string =>
  subjectOf("danger", rule.id, event.account, event.principal.id, whoOf(event));

/**
 * Who did something dangerous in the windows, with every event that would begin or prolong a burst. Rules that ask for many
 * need the hour before and after as well, for what came late may be enough only with what was heard before it: they are
 * read only where somebody did such a thing at all.
 */
export async function dangerSuspects(
  store: EventStore,
  windows: readonly TimeWindow[],
  ownership: Ownership,
): Promise<readonly DangerSuspect[]> {
  const suspects = new Map<string, EpochMs>();
  const suspect = (subject: string, time: EpochMs): void => {
    suspects.set(subject, Math.min(time, suspects.get(subject) ?? time));
  };
  for (const window of windows) {
    /** Who may have done a thing of which it takes many often enough. */
    const doers = new Set<string>();
    for await (const event of eventsInOrder(store, window, dangerFilters())) {
      for (const rule of dangersIn(event, ownership)) {
        const subject = dangerSubject(rule, event);
        if (rule.atLeast === 1) suspect(subject, event.time);
        else doers.add(subject);
      }
    }
    if (doers.size === 0) continue;
    for (const { subject, from } of await manyAround(store, window, doers, ownership)) suspect(subject, from);
  }
  return [...suspects].map(([subject, from]) => ({ subject, from }));
}

async function manyAround(
  store: EventStore,
  { start, end }: TimeWindow,
  doers: ReadonlySet<string>,
  ownership: Ownership,
): Promise<readonly DangerSuspect[]> {
  const recent = new Map<string, UsageEvent[]>();
  const suspects: DangerSuspect[] = [];
  const window = { start: start - LONGEST_WINDOW, end: end + LONGEST_WINDOW };
  for await (const event of eventsInOrder(store, window, dangerFilters(MANY))) {
    for (const rule of dangersIn(event, ownership)) {
      const subject = dangerSubject(rule, event);
      if (!doers.has(subject)) continue;
      const within = (recent.get(subject) ?? []).filter(({ time }) => time > event.time - rule.window);
      within.push(event);
      recent.set(subject, within);
      const hasNew = event.time >= start && within.some(({ time }) => time >= start && time < end);
      if (hasNew && amountOf(within, rule) >= rule.atLeast) suspects.push({ subject, from: event.time });
    }
  }
  return suspects;
}
