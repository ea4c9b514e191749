import type { Anomaly, Finding } from "../domain/finding.ts";
import { DAY, HOUR, MINUTE, type TimeWindow } from "../domain/time.ts";
import { principalWords } from "../messages/principal.ts";
import { named } from "../messages/visible.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import { isAwsHost, isAwsService, isIdentityCenterRole, isPipeline } from "./actors.ts";
import { isFreshNetwork, KEY_SHARE, type KeyCommonness, type SharedKeyKind } from "./commonness.ts";
import type { IncidentsConfig } from "./config.ts";
import { isOutside, type Ownership } from "./danger-conditions.ts";
import { dominant, shareOf } from "./facets.ts";

export interface LinkContext extends Ownership {
  readonly directory: AccountDirectory;
  readonly commonness: KeyCommonness;
  readonly config: IncidentsConfig;
  readonly span: TimeWindow;
}

/** A credential or a fresh network may be only part of what a finding counts. */
const PART_SHARE = 0.3;

/** What a key adds when it names a role that many stand behind: never enough to join by itself. */
const COMMON_ROLE_WEIGHT = 0.2;
const TOOL_WEIGHT = 0.05;

/** A network first used longer ago than this is part of the place. */
const RECENT_NETWORK = 7 * DAY;

/** Findings whose windows lie no further apart than this may count the same calls. */
const SAME_USAGE_GAP = 10 * MINUTE;

/**
 * Why two findings are one incident, in plain words; `null` where nothing that is rare ties them together. Symmetric.
 * docs/incidents.md has the rules in words.
 */
export function linkReason(a: Finding, b: Finding, context: LinkContext): string | null {
  const gap = gapBetween(a.window, b.window);
  const { config } = context;
  return (
    (gap <= SAME_USAGE_GAP ? sameUsage(a, b) : null) ??
    (gap <= config.ongoingGapHours * HOUR ? sameOngoing(a, b) : null) ??
    (gap <= config.credentialGapHours * HOUR ? sameCredential(a, b, context) : null) ??
    (gap <= config.joinGapHours * HOUR ? rareKeys(a, b, context) : null)
  );
}

/** The same for a finding that is only context: what happened in another account is context only by what one cannot share by chance. */
export function contextReason(other: Finding, context: Finding, about: LinkContext): string | null {
  if (other.account === context.account) return linkReason(other, context, about);
  const near = gapBetween(other.window, context.window) <= about.config.credentialGapHours * HOUR;
  return near ? sameCredential(other, context, about) : null;
}

/** Longest pause that any link bridges, in milliseconds. */
export const longestGap = (config: IncidentsConfig): number =>
  Math.max(config.joinGapHours, config.credentialGapHours, config.ongoingGapHours) * HOUR;

export const gapBetween = (a: TimeWindow, b: TimeWindow): number =>
  Math.max(0, a.start <= b.start ? b.start - a.end : a.start - b.end);

/** Told of findings that overlap: a launch is a count, an amount of money and perhaps a broken rule. */
export const SAME_CALLS = "the same calls, counted in several ways";

/** The same calls, counted as instances and as dollars, per region and per principal, or caught by a rule as well. */
function sameUsage(a: Finding, b: Finding): string | null {
  if (a.account !== b.account || !sameRegion(a, b) || differentResources(a, b) || differentPrincipals(a, b))
    return null;
  const fewer = a.eventIds.length <= b.eventIds.length ? a : b;
  const more = new Set((fewer === a ? b : a).eventIds);
  const shared = fewer.eventIds.filter((id) => more.has(id)).length;
  if (shared > 0 && shared * 2 >= fewer.eventIds.length) return SAME_CALLS;
  const principal = commonDominant(a, b, "principals");
  const action = commonDominant(a, b, "actions");
  return principal !== null && action !== null ? SAME_CALLS : null;
}

/** The same thing going on, with pauses. */
function sameOngoing(a: Finding, b: Finding): string | null {
  if (a.kind !== "anomaly" || b.kind !== "anomaly" || a.signal !== b.signal || a.direction !== b.direction) return null;
  const same =
    a.entity.account === b.entity.account &&
    a.entity.region === b.entity.region &&
    a.entity.principal === b.entity.principal &&
    a.entity.resource === b.entity.resource;
  return same && !differentPrincipals(a, b) ? "the same went on after a pause" : null;
}

/** Keys of which one is enough: a credential, a network that was never seen before, an account outside. */
function sameCredential(a: Finding, b: Finding, context: LinkContext): string | null {
  for (const key of dominant(a.facets, "accessKeys", PART_SHARE)) {
    if (shareOf(b.facets, "accessKeys", key) < PART_SHARE || isPipelineKey(key, a, b, context)) continue;
    return `same access key ${named(key)}`;
  }
  const at = Math.min(a.window.start, b.window.start);
  for (const network of dominant(a.facets, "networks", PART_SHARE)) {
    if (shareOf(b.facets, "networks", network) < PART_SHARE) continue;
    if (isFreshNetwork(context.commonness, network, at, context.span, context.config)) {
      return `same network ${named(network)}, never seen before`;
    }
  }
  for (const { value } of a.facets.counterparties) {
    if (
      value !== "public" &&
      isOutside(value, context) &&
      b.facets.counterparties.some((party) => party.value === value)
    ) {
      return `same outside account ${named(value)}`;
    }
  }
  return null;
}

/** Keys whose weights must add up to 1. A key's weight falls with the number of those who share it. */
function rareKeys(a: Finding, b: Finding, context: LinkContext): string | null {
  const keys = [
    principalKey(a, b, context),
    personKey(a, b),
    assumedKey(a, b, context),
    networkKey(a, b, context),
    sharedKey("session", "sessions", "session", a, b, context),
    a.account === b.account ? sharedKey("resource", "resources", "resource", a, b, context) : null,
    toolKey(a, b),
  ].filter((key) => key !== null);
  const total = keys.reduce((sum, { weight }) => sum + weight, 0);
  if (total < 1) return null;
  return keys
    .filter(({ weight }) => weight >= COMMON_ROLE_WEIGHT)
    .map(({ text }) => text)
    .join(" and ");
}

interface Key {
  readonly weight: number;
  readonly text: string;
}

function principalKey(a: Finding, b: Finding, { commonness, config }: LinkContext): Key | null {
  const principal = commonDominant(a, b, "principals");
  if (principal === null || isAwsService(principal)) return null;
  const text = `same caller ${principalWords(principal)}`;
  if (isIdentityCenterRole(principal) || isPipeline(principal, config.knownPipelines)) {
    return { weight: COMMON_ROLE_WEIGHT, text };
  }
  return { weight: rarity(commonness.accountsOf(principal), config), text };
}

/** Identity Center puts the person's name into the session, in every account alike; nobody else can. */
function personKey(a: Finding, b: Finding): Key | null {
  const isPersons = ({ facets }: Finding): boolean =>
    dominant(facets, "principals", KEY_SHARE).some(isIdentityCenterRole);
  const session = commonDominant(a, b, "sessions");
  return session !== null && isPersons(a) && isPersons(b) ? { weight: 1, text: `same person ${named(session)}` } : null;
}

/** One assumed the role that the other acted as. */
function assumedKey(a: Finding, b: Finding, { config }: LinkContext): Key | null {
  for (const [before, after] of [[a, b] as const, [b, a] as const]) {
    if (shareOf(before.facets, "actions", "sts:AssumeRole") < PART_SHARE) continue;
    const [principal] = dominant(after.facets, "principals", KEY_SHARE);
    if (principal === undefined || isAwsService(principal) || isPipeline(principal, config.knownPipelines)) continue;
    if (before.facets.resources.some(({ value }) => value === principal)) {
      return { weight: 1, text: `${principalWords(principal)} was assumed, then used` };
    }
  }
  return null;
}

/**
 * A network that came up only lately. One that was always there joins everything that an account does, and the place that
 * a pipeline calls from is only another name for the pipeline.
 */
function networkKey(a: Finding, b: Finding, context: LinkContext): Key | null {
  const key = sharedKey("network", "networks", "network", a, b, context);
  if (key === null) return null;
  const since = context.commonness.networkSince(commonDominant(a, b, "networks") ?? "");
  const learnt = context.span.start + context.config.learningDays * DAY;
  const at = Math.min(a.window.start, b.window.start);
  return since !== null && since >= learnt && at - since <= RECENT_NETWORK ? key : null;
}

function sharedKey(
  kind: SharedKeyKind,
  facet: "networks" | "sessions" | "resources",
  word: string,
  a: Finding,
  b: Finding,
  { commonness, config }: LinkContext,
): Key | null {
  const value = commonDominant(a, b, facet);
  if (value === null || isAwsHost(value)) return null;
  return { weight: rarity(commonness.users(kind, value), config), text: `same ${word} ${named(value)}` };
}

function toolKey(a: Finding, b: Finding): Key | null {
  const tool = commonDominant(a, b, "tools");
  return tool === null ? null : { weight: TOOL_WEIGHT, text: `same tool ${named(tool)}` };
}

/** 1 up to the configured number of users, then falling with its square. */
const rarity = (users: number, { rareUsers }: IncidentsConfig): number =>
  users <= rareUsers ? 1 : (rareUsers / users) ** 2;

/** A pipeline's long-lived key is the pipeline itself; the key of one of its sessions is one deployment. */
const isPipelineKey = (key: string, a: Finding, b: Finding, { config }: LinkContext): boolean => {
  const principal = commonDominant(a, b, "principals");
  return (
    principal !== null &&
    (isAwsService(principal) || (!key.startsWith("ASIA") && isPipeline(principal, config.knownPipelines)))
  );
};

const sameRegion = (a: Finding, b: Finding): boolean => a.region === b.region || a.region === "*" || b.region === "*";

const resourceOf = (finding: Finding): string | null =>
  finding.kind === "anomaly" ? (finding as Anomaly).entity.resource : null;

function differentResources(a: Finding, b: Finding): boolean {
  const [left, right] = [resourceOf(a), resourceOf(b)];
  return left !== null && right !== null && left !== right;
}

/** Each has somebody who stands for most of it, and they are not the same. */
function differentPrincipals(a: Finding, b: Finding): boolean {
  const [left] = dominant(a.facets, "principals", KEY_SHARE);
  const [right] = dominant(b.facets, "principals", KEY_SHARE);
  return left !== undefined && right !== undefined && commonDominant(a, b, "principals") === null;
}

function commonDominant(
  a: Finding,
  b: Finding,
  facet: "principals" | "sessions" | "networks" | "resources" | "tools" | "actions",
): string | null {
  return dominant(a.facets, facet, KEY_SHARE).find((value) => shareOf(b.facets, facet, value) >= KEY_SHARE) ?? null;
}
