import type { PolicyViolation, Severity } from "../domain/finding.ts";
import { severityRank } from "../domain/finding.ts";
import { DAY, type EpochMs, type TimeWindow } from "../domain/time.ts";
import { signalRegion, type UsageEvent } from "../domain/usage-event.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import { isIdentityCenterRole } from "./actors.ts";
import type { IncidentsConfig } from "./config.ts";
import type { DangerRule } from "./danger-rules/index.ts";
import { FacetCounter } from "./facets.ts";
import { shortHash } from "./identifier.ts";

/** A burst is one finding up to this long; what goes on after it is the next one. */
const LONGEST_BURST = DAY;

/** Events of one rule and principal looked at together; more in one window say nothing new. */
const WINDOW_EVENTS = 5000;

/** In the first week of the data a routine may have begun before it: there, days after count too. */
const HINDSIGHT = 7 * DAY;

const FINDING_EVENT_IDS = 25;

/** What a routine is made of. */
export interface BurstOutline {
  readonly start: EpochMs;
  /** The most of it that the rule counted in one window. */
  readonly size: number;
  /** Empty text: none logged. */
  readonly networks: Iterable<string>;
}

/** Matching events of one rule, principal and account, close to each other. */
export interface Burst extends BurstOutline {
  readonly account: string;
  readonly principal: string;
  /** Time and id of the event with which there were enough of them. */
  readonly opened: EpochMs;
  readonly openedBy: string;
  readonly last: EpochMs;
  readonly networks: ReadonlySet<string>;
  readonly regions: ReadonlySet<string>;
  readonly eventIds: readonly string[];
  readonly facets: FacetCounter;
}

interface OpenBurst extends Burst {
  last: EpochMs;
  size: number;
  readonly networks: Set<string>;
  readonly regions: Set<string>;
  readonly eventIds: string[];
}

/** A principal; where many people share a role, the person, whose name Identity Center sets. */
export const whoOf = ({ principal }: UsageEvent): string =>
  isIdentityCenterRole(principal.id) ? `${principal.id}|${principal.session ?? ""}` : principal.id;

/** Follows one rule for one {@link whoOf} in one account. Holds the last window alone. */
export class BurstWatch {
  readonly #rule: DangerRule;
  /** Matching events of the last window, oldest first. */
  #recent: UsageEvent[] = [];
  #burst: OpenBurst | null = null;
  readonly #done: Burst[] = [];

  constructor(rule: DangerRule) {
    this.#rule = rule;
  }

  /** A matching event before those that are watched: it is in the window of later ones. */
  precede(event: UsageEvent): void {
    this.#recent = this.#recent.filter(({ time }) => time > event.time - this.#rule.window).slice(1 - WINDOW_EVENTS);
    this.#recent.push(event);
  }

  /** Matching events in time order. */
  add(event: UsageEvent): void {
    const rule = this.#rule;
    this.precede(event);
    const before = this.#burst;
    if (before && (event.time - before.last > rule.window || event.time - before.start > LONGEST_BURST)) this.#close();
    const size = amountOf(this.#recent, rule);
    if (size < rule.atLeast) return;
    if (this.#burst) extend(this.#burst, [event], size);
    else {
      this.#burst = open(this.#recent[0] ?? event, event);
      extend(this.#burst, this.#recent, size);
    }
  }

  /** All bursts there were, in time order. */
  finish(): readonly Burst[] {
    this.#close();
    return this.#done;
  }

  #close(): void {
    if (this.#burst) this.#done.push(this.#burst);
    this.#burst = null;
  }
}

/** What the rule counts, over the events of one window. */
export function amountOf(
  events: readonly Pick<UsageEvent, "resources" | "quantities">[],
  rule: Pick<DangerRule, "counted" | "atLeast">,
): number {
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

const quantityOf = ({ quantities }: Pick<UsageEvent, "quantities">): number =>
  quantities.reduce(
    (sum, { kind, amount }) => (kind === "secrets-read" || kind === "parameters-read" ? sum + amount : sum),
    0,
  ) || 1;

const open = (first: UsageEvent, by: UsageEvent): OpenBurst => ({
  account: first.account,
  principal: whoOf(first),
  start: first.time,
  opened: by.time,
  openedBy: by.id,
  last: first.time,
  size: 0,
  networks: new Set(),
  regions: new Set(),
  eventIds: [],
  facets: new FacetCounter(),
});

function extend(burst: OpenBurst, events: readonly UsageEvent[], size: number): void {
  for (const event of events) {
    burst.facets.add(event);
    burst.last = event.time;
    burst.networks.add(event.origin.network ?? "");
    burst.regions.add(signalRegion(event.service, event.region));
    if (burst.eventIds.length < FINDING_EVENT_IDS) burst.eventIds.push(event.id);
  }
  burst.size = Math.max(burst.size, size);
}

export interface RoutineContext {
  readonly directory: AccountDirectory;
  readonly span: TimeWindow;
  readonly config: Pick<IncidentsConfig, "usualDays" | "usualMultiple">;
}

/** How grave a burst is among all bursts of its rule, account and principal. */
export function gradeOf(
  rule: DangerRule,
  account: string,
  burst: BurstOutline,
  siblings: readonly BurstOutline[],
  context: RoutineContext,
): Pick<PolicyViolation, "severity" | "severityReasons"> {
  return grade(rule, context.directory.account(account).type, routineDays(burst, siblings, context));
}

/** Until when the days after a burst may change how grave it is. */
export const isHindsighted = (start: EpochMs, span: TimeWindow): boolean => start < span.start + HINDSIGHT;

/**
 * Days on which the same principal did the same, in comparable size, from every network that this came
 * from; 0 where they are too few to speak of a routine. Days after count only near the beginning of the data.
 */
function routineDays(burst: BurstOutline, siblings: readonly BurstOutline[], { span, config }: RoutineContext): number {
  const atBeginning = isHindsighted(burst.start, span);
  const day = dayOf(burst.start);
  const comparable = siblings
    .filter(
      (other) =>
        other.size * config.usualMultiple >= burst.size &&
        (dayOf(other.start) < day || (atBeginning && dayOf(other.start) > day)),
    )
    .map(({ start, networks }) => ({ start, networks: new Set(networks) }));
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

/** The finding of a burst, ungraded as yet. */
export const dangerOf = (
  rule: DangerRule,
  { account, principal, start, last, regions, eventIds, facets }: Burst,
): Omit<PolicyViolation, "severity" | "severityReasons"> => ({
  kind: "policy",
  id: `danger-${shortHash(rule.id, account, principal, eventIds[0] ?? "")}`,
  policy: `danger/${rule.id}`,
  title: rule.title,
  account,
  region: regions.size === 1 ? ([...regions][0] ?? "*") : "*",
  window: { start, end: last + 1 },
  eventIds,
  facets: facets.result(),
});

function grade(
  rule: DangerRule,
  accountType: string,
  routine: number,
): { readonly severity: Severity; readonly severityReasons: readonly string[] } {
  if (rule.routineExcuses && routine > 0) {
    return {
      severity: "info",
      severityReasons: [
        rule.reason,
        `a routine: the same principal did as much from the same network on ${routine} other days`,
      ],
    };
  }
  const ordinary = rule.ordinaryInDevelopment && (accountType === "development" || accountType === "sandbox");
  if (ordinary && severityRank(rule.severity) > severityRank("low")) {
    return { severity: "low", severityReasons: [rule.reason, `ordinary in a ${accountType} account`] };
  }
  return { severity: rule.severity, severityReasons: [rule.reason] };
}
