import type { AccountType } from "../domain/account.ts";
import type { PolicyViolation } from "../domain/finding.ts";
import { compareText } from "../domain/ordering.ts";
import { type EpochMs, HOUR, type TimeWindow } from "../domain/time.ts";
import { signalRegion, type UsageEvent } from "../domain/usage-event.ts";
import { isAwsService } from "../incidents/actors.ts";
import { FacetCounter } from "../incidents/facets.ts";
import { matchesAnyGlob } from "../incidents/globs.ts";
import { shortHash } from "../incidents/identifier.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import { matchesFilter } from "../signals/filter.ts";
import type { Policy } from "./policy.ts";

/** Violations of one policy by one principal in one account that are no further apart are one. */
export const MERGE_GAP = HOUR;
const VIOLATION_EVENT_IDS = 25;
/** Regions or types named in a reason. */
const NAMED = 5;

/** Whether the event is against the policy. AWS's own services are nobody's to forbid. */
export function violates(policy: Policy, event: UsageEvent, directory: AccountDirectory): boolean {
  const { principal } = event;
  if (principal.type === "service" || isAwsService(principal.id)) return false;
  if (policy.principalTypes && !policy.principalTypes.includes(principal.type)) return false;
  if (!matchesFilter(event, policy.filter)) return false;
  if (policy.accountTypes && !policy.accountTypes.includes(directory.account(event.account).type)) return false;
  if (policy.allowedRegions || policy.approvedInstanceTypes) {
    if (offending(policy, event).length === 0) return false;
  }
  return !policy.exceptPrincipals.some(
    (pattern) => matchesAnyGlob([pattern], principal.id) || matchesAnyGlob([pattern], principal.name),
  );
}

/** The region, or the instance types, that the policy does not allow. */
function offending({ allowedRegions, approvedInstanceTypes }: Policy, event: UsageEvent): readonly string[] {
  if (allowedRegions) {
    const region = signalRegion(event.service, event.region);
    return region === "global" || allowedRegions.includes(region) ? [] : [region];
  }
  if (!approvedInstanceTypes) return [];
  return event.quantities
    .filter(({ kind, change }) => kind === "instances" && change === "added")
    .map(({ item }) => item)
    .filter((item) => item !== null)
    .filter((item) => !matchesAnyGlob(approvedInstanceTypes, item));
}

/** `not-checked` where no policy names approved types for such accounts. */
export function approvedTypes(
  policies: readonly Policy[],
  accountType: AccountType,
  instanceType: string,
): "approved" | "not-approved" | "not-checked" {
  const lists = policies
    .filter(({ accountTypes }) => accountTypes === null || accountTypes.includes(accountType))
    .map(({ approvedInstanceTypes }) => approvedInstanceTypes)
    .filter((approved) => approved !== null);
  if (lists.length === 0) return "not-checked";
  return lists.every((approved) => matchesAnyGlob(approved, instanceType)) ? "approved" : "not-approved";
}

interface Spell {
  readonly policy: Policy;
  readonly account: string;
  readonly principal: string;
  readonly start: EpochMs;
  last: EpochMs;
  readonly regions: Set<string>;
  readonly offending: Set<string>;
  readonly eventIds: string[];
  readonly facets: FacetCounter;
}

/** Collects violations from events in time order. */
export class ViolationFinder {
  readonly #policies: readonly Policy[];
  readonly #directory: AccountDirectory;
  readonly #open = new Map<string, Spell>();
  readonly #violations: PolicyViolation[] = [];

  constructor(policies: readonly Policy[], directory: AccountDirectory) {
    this.#policies = policies;
    this.#directory = directory;
  }

  add(event: UsageEvent): void {
    for (const policy of this.#policies) if (violates(policy, event, this.#directory)) this.#record(policy, event);
  }

  /** Sorted by start, then id. */
  finish(): readonly PolicyViolation[] {
    for (const spell of this.#open.values()) this.#close(spell);
    this.#open.clear();
    return this.#violations.sort((a, b) => a.window.start - b.window.start || compareText(a.id, b.id));
  }

  #record(policy: Policy, event: UsageEvent): void {
    const key = JSON.stringify([policy.id, event.account, event.principal.id]);
    let spell = this.#open.get(key);
    if (spell && event.time - spell.last > MERGE_GAP) {
      this.#close(spell);
      spell = undefined;
    }
    spell ??= begin(policy, event);
    this.#open.set(key, spell);
    spell.last = event.time;
    spell.regions.add(signalRegion(event.service, event.region));
    for (const item of offending(policy, event)) if (spell.offending.size < NAMED) spell.offending.add(item);
    if (spell.eventIds.length < VIOLATION_EVENT_IDS) spell.eventIds.push(event.id);
    spell.facets.add(event);
  }

  #close(spell: Spell): void {
    this.#violations.push(toViolation(spell, this.#directory.account(spell.account).type));
  }
}

const begin = (policy: Policy, event: UsageEvent): Spell => ({
  policy,
  account: event.account,
  principal: event.principal.id,
  start: event.time,
  last: event.time,
  regions: new Set(),
  offending: new Set(),
  eventIds: [],
  facets: new FacetCounter(),
});

function toViolation(spell: Spell, accountType: AccountType): PolicyViolation {
  const { policy } = spell;
  const window: TimeWindow = { start: spell.start, end: spell.last + 1 };
  return {
    kind: "policy",
    id: `policy-${shortHash(policy.id, spell.account, spell.principal, spell.eventIds[0] ?? "")}`,
    policy: policy.id,
    title: policy.title,
    account: spell.account,
    region: spell.regions.size === 1 ? ([...spell.regions][0] ?? "*") : "*",
    window,
    severity: policy.severity,
    severityReasons: [reasonOf(spell, accountType)],
    eventIds: spell.eventIds,
    facets: spell.facets.result(),
  };
}

function reasonOf({ policy, offending: items }: Spell, accountType: AccountType): string {
  if (items.size === 0) return `against the policy ${policy.id}`;
  const list = policy.allowedRegions ? "allowed regions" : "approved instance types";
  const accounts = policy.accountTypes ? ` for ${accountType} accounts` : "";
  return `${[...items].join(", ")} ${items.size === 1 ? "is" : "are"} not on the list of ${list}${accounts}`;
}
