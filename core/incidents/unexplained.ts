import { nanoUsd } from "../domain/money.ts";
import type { PricedUsageEvent, QuantityKind, UsageEvent } from "../domain/usage-event.ts";
import { amount, grouped } from "../messages/format.ts";
import { isAwsService, isTraveller, principalName } from "./actors.ts";
import { beyondHistory, hasSize, nameOf } from "./beyond-history.ts";
import type { IncidentsConfig } from "./config.ts";
import type { EscalationInput } from "./escalations.ts";
import type { PrincipalHistory } from "./history.ts";
import { peakAddedPerHour } from "./money.ts";
import { usdPhrase } from "./usd-phrase.ts";

/** Part of what happened that may be nobody's known doing where the whole is to be expected. */
const UNEXPLAINED = 0.1;

/**
 * How much of an incident's events the `rest` is that nothing explains, where that is too much, for a sentence; else `null`.
 * Of what was made, used or freed, as one call can do more than all others; of the calls, where the explained ones did
 * nothing of the kind; of the money, because two instances are not always two alike.
 */
export function unexplainedOf(
  rest: readonly PricedUsageEvent[],
  events: readonly PricedUsageEvent[],
  { money }: IncidentsConfig,
): string | null {
  const calls = events.length;
  if (rest.length === calls) return calls === 1 ? "the call" : `any of the ${grouped(calls)} calls`;
  const [own, all] = [amountsOf(rest), amountsOf(events)];
  const shared = new Set<QuantityKind>();
  for (const [kind, unknown] of own) {
    const whole = all.get(kind) ?? 0;
    if (unknown === whole) continue;
    if (unknown > whole * UNEXPLAINED) return `${amount(unknown)} of the ${amount(whole)} ${nameOf(kind)}`;
    shared.add(kind);
  }
  const unlike = rest.filter(({ quantities }) => !quantities.some(({ kind }) => shared.has(kind))).length;
  if (unlike > calls * UNEXPLAINED) return `${grouped(unlike)} of the ${grouped(calls)} calls`;
  const [added, whole] = [peakAddedPerHour(rest), peakAddedPerHour(events)];
  if (added < nanoUsd(money.medium) || Number(added) <= Number(whole) * UNEXPLAINED) return null;
  return `$${usdPhrase(added)} of the $${usdPhrase(whole)} an hour`;
}

function amountsOf(events: readonly UsageEvent[]): ReadonlyMap<QuantityKind, number> {
  const amounts = new Map<QuantityKind, number>();
  for (const { quantities } of events) {
    for (const { kind, amount } of quantities) amounts.set(kind, (amounts.get(kind) ?? 0) + amount);
  }
  return amounts;
}

/**
 * What a caller of the `rest` did that this caller does not do anyway, for a sentence; `null` where there is nothing. Each
 * is held against their own past, so that nobody hides behind another; what was refused changed nothing.
 */
export function unusualOf(rest: readonly UsageEvent[], { history, config }: EscalationInput): string | null {
  const callers = new Map<string, UsageEvent[]>();
  for (const event of rest) {
    if (event.outcome !== "success") continue;
    const own = callers.get(event.principal.id);
    if (own) own.push(event);
    else callers.set(event.principal.id, [event]);
  }
  for (const [id, own] of callers) {
    const name = principalName(id);
    const past = history.principals.get(id);
    if (!past) return `${name} made calls, and nobody asked what they did before, as others made more`;
    // Apart: where something is counted, calls are not compared.
    for (const part of [own.filter(hasSize), own.filter((event) => !hasSize(event))]) {
      const beyond = beyondHistory(part, config.usualMultiple, history);
      if (beyond !== null) return `${beyond}, by ${name}`;
    }
    const network = strangeNetwork(own, past);
    if (network !== null) return `${name} came from ${network}, from where nothing like it was ever done by them`;
  }
  return null;
}

/** People from Identity Center travel, and AWS's services have no network. */
function strangeNetwork(events: readonly UsageEvent[], past: PrincipalHistory): string | null {
  for (const { origin, principal } of events) {
    const { network } = origin;
    if (network === null || isTraveller(principal) || isAwsService(principal.id)) continue;
    if (!past.daysByNetwork.has(network) && !past.later.daysByNetwork.has(network)) return network;
  }
  return null;
}
