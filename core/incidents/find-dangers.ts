import type { PolicyViolation, Severity } from "../domain/finding.ts";
import { severityRank } from "../domain/finding.ts";
import { compareText } from "../domain/ordering.ts";
import { DAY, type EpochMs, type TimeWindow } from "../domain/time.ts";
import { signalRegion, type UsageEvent } from "../domain/usage-event.ts";
import type { EventStore } from "../ports/event-store.ts";
import { isIdentityCenterRole } from "./actors.ts";
import type { IncidentsConfig } from "./config.ts";
import { type Ownership, ruleMatches } from "./danger-conditions.ts";
import { DANGER_RULES, type DangerRule, dangerFilters } from "./danger-rules/index.ts";
import { eventsInOrder } from "./events-in-order.ts";
import { FacetCounter } from "./facets.ts";
import { shortHash } from "./identifier.ts";
import { LEAK_FILTERS, LeakFinder } from "./leaks.ts";

export interface DangerContext extends Ownership {
  readonly span: TimeWindow;
  readonly config: Pick<IncidentsConfig, "usualDays" | "usualMultiple">;
}

/** A burst is one finding up to this long; what goes on after it is the next one. */
const LONGEST_BURST = DAY;

/** Events of one rule and principal looked at together; more in one window say nothing new. */
const WINDOW_EVENTS = 5000;

/** In the first week of the data a routine may have begun before it: there, days after count too. */
const HINDSIGHT = 7 * DAY;

const FINDING_EVENT_IDS = 25;

/** Matching events of one rule, principal and account, close to each other. */
interface Burst {
  readonly rule: DangerRule;
  readonly account: string;
  readonly principal: string;
  readonly type: UsageEvent["principal"]["type"];
  readonly start: EpochMs;
  last: EpochMs;
  size: number;
  readonly networks: Set<string>;
  readonly regions: Set<string>;
  readonly eventIds: string[];
  readonly facets: FacetCounter;
}

interface Watch {
  /** Matching events of the last window, oldest first. */
  recent: UsageEvent[];
  burst: Burst | null;
}

/** Applies the danger rules to events in time order. Holds per rule and principal only the last window. */
class DangerFinder {
  readonly #context: DangerContext;
  readonly #rules: readonly DangerRule[];
  readonly #watches = new Map<string, Watch>();
  readonly #bursts: Burst[] = [];

  constructor(context: DangerContext, rules: readonly DangerRule[] = DANGER_RULES) {
    this.#context = context;
    this.#rules = rules;
  }

  add(event: UsageEvent): void {
    const matched = new Set<string>();
    for (const rule of this.#rules) {
      if (rule.unless?.some((id) => matched.has(id)) || !ruleMatches(rule, event, this.#context)) continue;
      matched.add(rule.id);
      this.#watch(rule, event);
    }
  }

  /** Sorted by start, then id. */
  finish(): PolicyViolation[] {
    for (const watch of this.#watches.values()) this.#close(watch);
    this.#watches.clear();
    const byRoutine = groupBy(this.#bursts, ({ rule, account, principal }) => `${rule.id}|${account}|${principal}`);
    return this.#bursts
      .map((burst) => {
        const siblings = byRoutine.get(`${burst.rule.id}|${burst.account}|${burst.principal}`) ?? [];
        return toFinding(burst, routineDays(burst, siblings, this.#context), this.#context);
      })
      .sort((a, b) => a.window.start - b.window.start || compareText(a.id, b.id));
  }

  #watch(rule: DangerRule, event: UsageEvent): void {
    const key = `${rule.id}|${event.account}|${whoOf(event)}`;
    const watch = this.#watches.get(key) ?? { recent: [], burst: null };
    this.#watches.set(key, watch);
    watch.recent = watch.recent.filter(({ time }) => time > event.time - rule.window).slice(1 - WINDOW_EVENTS);
    watch.recent.push(event);
    const { burst } = watch;
    if (burst && (event.time - burst.last > rule.window || event.time - burst.start > LONGEST_BURST))
      this.#close(watch);
    const size = amountOf(watch.recent, rule);
    if (size < rule.atLeast) return;
    if (watch.burst) extend(watch.burst, [event], size);
    else {
      const first = watch.recent[0] ?? event;
      watch.burst = open(rule, first);
      extend(watch.burst, watch.recent, size);
    }
  }

  #close(watch: Watch): void {
    if (watch.burst) this.#bursts.push(watch.burst);
    watch.burst = null;
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

/** What the rule counts, over the events of one window. */
function amountOf(events: readonly UsageEvent[], rule: DangerRule): number {
  if (rule.counted === "events" || rule.atLeast === 1) return events.length;
  const resources = new Set<string>();
  let unnamed = 0;
  for (const event of events) {
    if (event.resources.length === 0) unnamed += rule.counted === "secrets" ? quantityOf(event) : 1;
    else if (rule.counted === "secrets") for (const resource of event.resources) resources.add(resource);
    else resources.add(event.resources[0] ?? "");
  }
  return resources.size + unnamed;
}

const quantityOf = (event: UsageEvent): number =>
  event.quantities.reduce(
    (sum, { kind, amount }) => (kind === "secrets-read" || kind === "parameters-read" ? sum + amount : sum),
    0,
  ) || 1;

/** A principal; where many people share a role, the person, whose name Identity Center sets. */
const whoOf = ({ principal }: UsageEvent): string =>
  isIdentityCenterRole(principal.id) ? `${principal.id}|${principal.session ?? ""}` : principal.id;

const open = (rule: DangerRule, first: UsageEvent): Burst => ({
  rule,
  account: first.account,
  principal: whoOf(first),
  type: first.principal.type,
  start: first.time,
  last: first.time,
  size: 0,
  networks: new Set(),
  regions: new Set(),
  eventIds: [],
  facets: new FacetCounter(),
});

function extend(burst: Burst, events: readonly UsageEvent[], size: number): void {
  for (const event of events) {
    burst.facets.add(event);
    burst.last = event.time;
    burst.networks.add(event.origin.network ?? "");
    burst.regions.add(signalRegion(event.service, event.region));
    if (burst.eventIds.length < FINDING_EVENT_IDS) burst.eventIds.push(event.id);
  }
  burst.size = Math.max(burst.size, size);
}

/**
 * Days on which the same principal did the same, in comparable size, from every network that this came
 * from; 0 where they are too few to speak of a routine. Days after count only near the beginning of the data.
 */
function routineDays(burst: Burst, siblings: readonly Burst[], { span, config }: DangerContext): number {
  const atBeginning = burst.start < span.start + HINDSIGHT;
  const day = dayOf(burst.start);
  const comparable = siblings.filter(
    (other) =>
      other.size * config.usualMultiple >= burst.size &&
      (dayOf(other.start) < day || (atBeginning && dayOf(other.start) > day)),
  );
  let least = Number.POSITIVE_INFINITY;
  for (const network of burst.networks) {
    const days = comparable.filter(({ networks }) => networks.has(network)).map(({ start }) => dayOf(start));
    const earlier = new Set(days.filter((value) => value < day)).size;
    const all = new Set(days).size;
    // Hindsight asks for more: a thief who stays two days is no routine.
    const enough =
      earlier >= config.usualDays || (atBeginning && all >= config.usualDays + 2 && reachesFar(days, day, span));
    least = Math.min(least, enough ? all : 0);
  }
  return Number.isFinite(least) ? least : 0;
}

const reachesFar = (days: readonly number[], day: number, span: TimeWindow): boolean =>
  Math.max(...days) - day >= (dayOf(span.end) - day) / 2;

const dayOf = (time: EpochMs): number => Math.floor(time / DAY);

function toFinding(burst: Burst, routine: number, context: DangerContext): PolicyViolation {
  const { rule } = burst;
  const { severity, reasons } = grade(rule, context.directory.account(burst.account).type, routine);
  return {
    kind: "policy",
    id: `danger-${shortHash(rule.id, burst.account, burst.principal, burst.eventIds[0] ?? "")}`,
    policy: `danger/${rule.id}`,
    title: rule.title,
    account: burst.account,
    region: burst.regions.size === 1 ? ([...burst.regions][0] ?? "*") : "*",
    window: { start: burst.start, end: burst.last + 1 },
    severity,
    severityReasons: reasons,
    eventIds: burst.eventIds,
    facets: burst.facets.result(),
  };
}

function grade(rule: DangerRule, accountType: string, routine: number): { severity: Severity; reasons: string[] } {
  if (rule.routineExcuses && routine > 0) {
    return {
      severity: "info",
      reasons: [
        rule.reason,
        `a routine: the same principal did as much from the same network on ${routine} other days`,
      ],
    };
  }
  const ordinary = rule.ordinaryInDevelopment && (accountType === "development" || accountType === "sandbox");
  if (ordinary && severityRank(rule.severity) > severityRank("low")) {
    return { severity: "low", reasons: [rule.reason, `ordinary in a ${accountType} account`] };
  }
  return { severity: rule.severity, reasons: [rule.reason] };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
