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
 * need the hour before as well: it is read only where somebody did such a thing at all.
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
    let asksForMany = false;
    for await (const event of eventsInOrder(store, window, dangerFilters())) {
      for (const rule of dangersIn(event, ownership)) {
        if (rule.atLeast === 1) suspect(dangerSubject(rule, event), event.time);
        else asksForMany = true;
      }
    }
    if (!asksForMany) continue;
    for (const { subject, from } of await manyIn(store, window, ownership)) suspect(subject, from);
  }
  return [...suspects].map(([subject, from]) => ({ subject, from }));
}

async function manyIn(
  store: EventStore,
  { start, end }: TimeWindow,
  ownership: Ownership,
): Promise<readonly DangerSuspect[]> {
  const recent = new Map<string, UsageEvent[]>();
  const suspects: DangerSuspect[] = [];
  const window = { start: start - LONGEST_WINDOW, end };
  for await (const event of eventsInOrder(store, window, dangerFilters(MANY))) {
    for (const rule of dangersIn(event, ownership)) {
      if (rule.atLeast === 1) continue;
      const subject = dangerSubject(rule, event);
      const within = (recent.get(subject) ?? []).filter(({ time }) => time > event.time - rule.window);
      within.push(event);
      recent.set(subject, within);
      if (event.time >= start && amountOf(within, rule) >= rule.atLeast) suspects.push({ subject, from: event.time });
    }
  }
  return suspects;
}
