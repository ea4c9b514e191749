import type { PolicyViolation } from "../domain/finding.ts";
import { compareText } from "../domain/ordering.ts";
import type { TimeWindow } from "../domain/time.ts";
import type { UsageEvent } from "../domain/usage-event.ts";
import { allEvents } from "../incidents/events-in-order.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { AccountCoverage, EventQuery, EventStore } from "../ports/event-store.ts";
import type { Policy } from "./policy.ts";
import { ViolationFinder } from "./violations.ts";

/** Violations in events that come in time order: same policy, account and principal within an hour are one. */
export function evaluatePolicies(
  events: Iterable<UsageEvent>,
  policies: readonly Policy[],
  directory: AccountDirectory,
): readonly PolicyViolation[] {
  const finder = new ViolationFinder(policies, directory);
  for (const event of events) finder.add(event);
  return finder.finish();
}

/** The same over everything in a store, a page at a time; asks only for what some policy could be violated by. */
export async function scanPolicies(
  store: EventStore,
  span: TimeWindow,
  policies: readonly Policy[],
  directory: AccountDirectory,
): Promise<readonly PolicyViolation[]> {
  const coverage = await store.coverage();
  const violations: PolicyViolation[] = [];
  for (const policy of policies) {
    const finder = new ViolationFinder([policy], directory);
    for (const query of policyQueries(policy, directory, coverage)) {
      for await (const event of allEvents(store, { ...query, window: span })) finder.add(event);
    }
    violations.push(...finder.finish());
  }
  return violations.sort((a, b) => a.window.start - b.window.start || compareText(a.id, b.id));
}

/**
 * What to ask a store for: only accounts of the policy's types, and of a policy on regions only the regions that it does
 * not allow. Empty where nothing in the logs can violate the policy. One query at most, so that events stay in order.
 */
export function policyQueries(
  policy: Policy,
  directory: AccountDirectory,
  coverage: readonly AccountCoverage[],
): readonly EventQuery[] {
  const { filter, accountTypes, allowedRegions } = policy;
  const covered = coverage.filter(
    ({ account }) => accountTypes === null || accountTypes.includes(directory.account(account).type),
  );
  if (covered.length === 0) return [];
  const accounts = accountTypes === null ? undefined : covered.map(({ account }) => account);
  if (!allowedRegions) return [{ filter, ...(accounts && { accounts }) }];
  const regions = [...new Set(covered.flatMap((account) => account.regions))]
    .filter((region) => region !== "global" && !allowedRegions.includes(region))
    .sort(compareText);
  return regions.length === 0 ? [] : [{ filter, regions, ...(accounts && { accounts }) }];
}
