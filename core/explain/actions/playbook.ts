import type { CostImpact } from "../../domain/finding.ts";
import type { PotentialCause, RecommendedAction } from "../../domain/incident.ts";
import { nanoUsd, parseUsdText } from "../../domain/money.ts";
import { isAwsService, isIdentityCenterRole } from "../../incidents/actors.ts";
import { listed } from "../../messages/format.ts";
import { accountName, accountsLine } from "../../messages/phrases.ts";
import { isLongTermKey, principalOf, principalWords } from "../../messages/principal.ts";
import { named } from "../../messages/visible.ts";
import { actorsOf } from "../../messages/who.ts";
import type { Case } from "../case.ts";
import type { Dossier } from "../clues.ts";
import { shownTopics } from "../topics.ts";
import * as ask from "./commands.ts";
import * as page from "./console-urls.ts";
import { type Situation, STEPS_OF_TOPIC } from "./steps.ts";

/** Causes that mean somebody else is acting: then the way in is closed before anything is looked at at leisure. */
const HOSTILE = new Set([
  "stolen-credentials",
  "crypto-mining",
  "compromised-role",
  "hiding",
  "persistence",
  "reconnaissance",
  "secrets-sweep",
  "data-theft",
  "sabotage",
  "model-theft",
]);

/** Causes that a person mends where they are; nobody needs to be cut off. */
const OWN_FAULT = new Set([
  "scaling-response",
  "retry-loop",
  "recursion",
  "resource-leak",
  "permission-break",
  "batch-job",
  "load-test",
]);

/** Topics whose steps are given; more would bury the first ones. */
const TOPICS = 2;
const STEPS = 8;
/** Callers of different names to cut off. */
const CALLERS = 3;

/** The steps to take, in order: whom to ask, what to look at, how to contain it, what it costs. */
export function recommendedActions(
  subject: Case,
  dossier: Dossier,
  causes: readonly PotentialCause[],
  cost: CostImpact,
): readonly RecommendedAction[] {
  const situation: Situation = { subject, dossier, region: regionOf(subject) };
  const hostile = causes.some(({ id, confidence }) => HOSTILE.has(id) && confidence !== "LOW");
  const topics = shownTopics(subject.leadTopics, subject.graveTopics).slice(0, TOPICS);
  const topical = unique(topics.flatMap((topic) => STEPS_OF_TOPIC[topic]).flatMap((make) => make(situation) ?? []));
  const ownFault = causes[0] !== undefined && causes[0].confidence !== "LOW" && OWN_FAULT.has(causes[0].id);
  const containment = ownFault && !hostile ? [] : contain(subject, hostile);
  const ordered = hostile
    ? [askOwner(subject), ...containment, trace(situation), ...topical]
    : [askOwner(subject), ...topical, trace(situation), ...containment];
  return [
    ...ordered.filter((action) => action !== null).slice(0, STEPS),
    ...(isWorthFollowing(cost) ? [spending(subject)] : []),
  ];
}

const unique = (actions: readonly RecommendedAction[]): readonly RecommendedAction[] =>
  actions.filter(({ title }, at) => actions.findIndex((other) => other.title === title) === at);

function regionOf(subject: Case): string {
  const candidates = [
    subject.lead.region,
    ...subject.facets.regions.map(({ value }) => value),
    ...subject.draft.regions,
  ];
  return candidates.find(page.isRegion) ?? page.homeRegion(subject.draft.regions);
}

function askOwner(subject: Case): RecommendedAction {
  const owners = [...new Set(subject.accounts.flatMap(({ owner }) => (owner === null ? [] : [named(owner)])))];
  const whom =
    owners.length === 0
      ? "the account's owner"
      : `the ${owners.length === 1 ? "owner" : "owners"} (${listed(owners, 3)})`;
  const { principal, session } = subject;
  const who =
    principal === null || isAwsService(principal)
      ? ""
      : isIdentityCenterRole(principal) && session !== null
        ? ` and ${named(session)}`
        : ` and whoever uses ${principalWords(principal)}`;
  return {
    title: `Ask ${whom}${who} whether this is intended`,
    detail: `In ${accountsLine(subject.accounts, 6)}.`,
    consoleUrl: null,
    command: null,
  };
}

/** Everything the caller did around the incident, by the narrowest name that CloudTrail can look up. */
function trace({ subject, region }: Situation): RecommendedAction | null {
  const { accessKey, session, principal } = subject;
  const title = "See everything the caller did";
  // a session's own key lasts an hour or so; the session's name finds the rest of it
  if (accessKey !== null && (session === null || isLongTermKey(accessKey))) {
    return {
      title,
      detail: `CloudTrail's event history by access key ${named(accessKey)}, an hour before to an hour after.`,
      consoleUrl: page.eventHistoryUrl(region, "AccessKeyId", accessKey),
      command: ask.lookupEvents(region, "AccessKeyId", accessKey, subject.window),
    };
  }
  if (principal === null || isAwsService(principal)) return null;
  const user = session ?? principalOf(principal).name;
  return {
    title,
    detail: `CloudTrail's event history by user or session name ${named(user)}, an hour before to an hour after.`,
    consoleUrl: page.eventHistoryUrl(region, "Username", user),
    command: ask.lookupEvents(region, "Username", user, subject.window),
  };
}

/** Told in words: whether to cut somebody off is a person's decision. */
function contain(subject: Case, hostile: boolean): readonly RecommendedAction[] {
  const several = hostile && subject.accounts.length > 1;
  const callers =
    several || (hostile && subject.principal === null)
      ? actorsOf(subject.draft).map(({ value }) => value)
      : [subject.principal];
  const known = callers.flatMap((caller) => (caller === null || isAwsService(caller) ? [] : [caller]));
  // a role of the same name in several accounts is one step, in all of them
  const byName = new Map<string, string[]>();
  for (const caller of known) {
    const words = principalWords(caller);
    byName.set(words, [...(byName.get(words) ?? []), caller]);
  }
  return [...byName.values()]
    .sort((a, b) => b.length - a.length)
    .slice(0, CALLERS)
    .flatMap((alike) => cutOff(subject, alike, hostile));
}

function cutOff(subject: Case, alike: readonly string[], hostile: boolean): readonly RecommendedAction[] {
  const [principal] = alike;
  if (principal === undefined) return [];
  const { accessKey, draft } = subject;
  const { kind, name } = principalOf(principal);
  const unless = hostile ? "Unless the owner confirms it at once" : "If nobody knows of it";
  if (kind === "root") {
    return [
      action(
        `${unless}: secure the root user`,
        "Change its password, delete its access keys, check its MFA device and recovery address.",
      ),
    ];
  }
  if (kind === "user") {
    const which =
      accessKey !== null && isLongTermKey(accessKey)
        ? `deactivate access key ${named(accessKey)}`
        : `deactivate the access keys of user ${named(name)}`;
    return [
      action(
        `${unless}: ${which}`,
        `Deactivate, do not delete: it can be undone. Then attach a deny-all policy to user ${named(name)} for sessions that live on, and look for other keys and users made with it.`,
        page.iamUserUrl(draft.regions, name),
        accessKey !== null && isLongTermKey(accessKey) ? ask.accessKeyLastUsed(accessKey) : ask.accessKeysOf(name),
      ),
    ];
  }
  if (kind === "role") {
    const service = /:role\/aws-(?:service-role|reserved)\//.test(principal);
    const how = service
      ? "It is managed by AWS or Identity Center: end the person's session and remove the assignment there."
      : "In IAM: the role, Revoke sessions (denies everything to sessions older than now). Then check who may assume it.";
    const person = isIdentityCenterRole(principal) ? subject.session : null;
    const whose = person === null ? principalWords(principal) : `${named(person)} (${principalWords(principal)})`;
    return [
      action(
        `${unless}: revoke the sessions of ${whose}${inAccounts(subject, alike)}`,
        how,
        page.iamRoleUrl(draft.regions, name),
        ask.roleOf(name),
      ),
    ];
  }
  return [];
}

/** Where several accounts are in it, a role's name alone does not say which one. */
const inAccounts = ({ accounts }: Case, principals: readonly string[]): string => {
  const owners = new Set(principals.map((principal) => principalOf(principal).account));
  const named = accounts.filter(({ id }) => owners.has(id)).map(accountName);
  return accounts.length > 1 && named.length > 0 ? ` in ${listed(named, 8)}` : "";
};

const action = (
  title: string,
  detail: string,
  consoleUrl: string | null = null,
  command: string | null = null,
): RecommendedAction => ({
  title,
  detail,
  consoleUrl,
  command,
});

/** Cents are not worth a look into Cost Explorer; what has no price is. */
const isWorthFollowing = (cost: CostImpact): boolean =>
  cost.status === "unpriced" || (cost.status === "priced" && parseUsdText(cost.perDay.high) >= nanoUsd(1));

const spending = (subject: Case): RecommendedAction => ({
  title: "Follow the cost",
  detail:
    "Cost Explorer shows it a day later: filter by the account and service, by day, and compare with the estimate.",
  consoleUrl: page.costExplorerUrl(subject.draft.regions),
  command: null,
});
