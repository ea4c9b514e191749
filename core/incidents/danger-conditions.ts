import type { Principal, UsageEvent } from "../domain/usage-event.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import { actionRisk, riskRank } from "../risk/action-risk.ts";
import { matchesFilter } from "../signals/filter.ts";
import { isAccelerated } from "./accelerated.ts";
import { isAwsService, isIdentityCenterRole, principalName } from "./actors.ts";
import type { Condition, DangerRule, Who } from "./danger-rules/index.ts";

/** Whose accounts are whose. */
export interface Ownership {
  readonly directory: AccountDirectory;
  /** Accounts whose own logs were read: they are the organization's, whether or not an organization file lists them. */
  readonly loggedAccounts: ReadonlySet<string>;
}

/** Whether the rule speaks about the event, other rules left aside. */
export function ruleMatches(rule: DangerRule, event: UsageEvent, ownership: Ownership): boolean {
  if (event.principal.type === "service" || isAwsService(event.principal.id)) return false;
  if (rule.who && !isWho(rule.who, event.principal)) return false;
  if (rule.except?.includes(`${event.service}:${event.action}`)) return false;
  return matchesFilter(event, rule.filter) && (rule.when === undefined || holds(rule.when, event, ownership));
}

function isWho(who: Who, principal: Principal): boolean {
  const { type } = principal;
  const long = type === "root" || type === "user" || type === "federated-user";
  const person = long || type === "saml" || type === "identity-center" || isIdentityCenterRole(principal.id);
  switch (who) {
    case "people":
      return person || (type === "role" && principal.mfa === true);
    case "machines":
      return !person && (type === "web-identity" || (type === "role" && principal.mfa !== true));
    case "long-lived":
      return long;
    case "passwords":
      return type === "root" || type === "user";
  }
}

function holds(condition: Condition, event: UsageEvent, ownership: Ownership): boolean {
  switch (condition) {
    case "with-outside-account":
      return event.counterparties.length === 0 || event.counterparties.some((party) => isOutside(party, ownership));
    case "for-somebody-else":
      return !event.resources.some((resource) => isOwn(resource, event));
    case "quarantine-policy":
      return event.resources.some((resource) => resource.includes("AWSCompromisedKeyQuarantine"));
    case "grave":
      return riskRank(actionRisk(event.service, event.action).level) >= riskRank("high");
    case "accelerated-type":
      return asksForAccelerators(event);
    case "for-root":
      return !event.resources.some((resource) => /(?:^|:)user\//.test(resource));
    case "by-root":
      return event.principal.type === "root";
    case "leaked-key-scanner":
      return /trufflehog/i.test(event.origin.userAgent ?? "");
  }
}

/** Of a refused launch only the request's type is known, which the record names among its resources. */
const asksForAccelerators = ({ quantities, resources }: UsageEvent): boolean =>
  quantities.some(({ kind }) => kind === "accelerated-instances") ||
  resources.some(
    (resource) =>
      resource.startsWith("instance-type/") &&
      isAccelerated(resource.slice("instance-type/".length).split(".", 1)[0] ?? ""),
  );

/** `public` is said by a mark of its own; an organization's id is the own one or outside. */
export function isOutside(counterparty: string, { directory, loggedAccounts }: Ownership): boolean {
  if (counterparty === "public" || isAwsService(counterparty)) return false;
  if (/^(?:o-|r-|ou-)/.test(counterparty))
    return counterparty !== directory.organizationId && directory.organizationId !== null;
  return !directory.account(counterparty).known && !loggedAccounts.has(counterparty);
}

const isOwn = (resource: string, { principal }: UsageEvent): boolean =>
  principal.type === "user" && /(?:^|:)user\//.test(resource) && principalName(resource) === principal.name;
