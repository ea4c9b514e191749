import accessLevels from "./data/access-levels.json" with { type: "json" };
import knownAbuse from "./data/known-abuse.json" with { type: "json" };
import { actionVerb, iamAction, iamPrefix, withoutApiVersion } from "./event-names.ts";
import { REVIEWED_LEVELS } from "./reviewed-levels.ts";
import type { RiskLevel } from "./risk-level.ts";

type AccessLevel = "List" | "Read" | "Write" | "Tagging" | "Permissions management";

export { riskRank } from "./risk-level.ts";

/** What is known of an API action, whoever calls it. */
export interface ActionRisk {
  /** IAM's own classification; `null` where neither the action nor its verb is documented. */
  readonly accessLevel: AccessLevel | null;
  readonly level: RiskLevel;
  /** MITRE ATT&CK tactics that the action is known to serve: `Persistence`, `Defense Evasion` ... */
  readonly tactics: readonly string[];
  /** Seen in real intrusions, as published. */
  readonly usedInWild: boolean;
}

const levelOfVerb = new Map<string, AccessLevel>();
for (const [level, verbs] of Object.entries(accessLevels.verbs)) {
  for (const verb of verbs.split(" ")) levelOfVerb.set(verb, level as AccessLevel);
}

const levelOfAction = new Map<string, AccessLevel>();
for (const [service, byLevel] of Object.entries(accessLevels.exceptions as Record<string, Record<string, string>>)) {
  for (const [level, actions] of Object.entries(byLevel)) {
    for (const action of actions.split(" ")) levelOfAction.set(`${service}:${action}`, level as AccessLevel);
  }
}

const abuseOf = new Map<string, { readonly usedInWild: boolean; readonly tactics: readonly string[] }>();
for (const [service, actions] of Object.entries(knownAbuse.services as Record<string, Record<string, number[]>>)) {
  for (const [action, [wild, ...tactics]] of Object.entries(actions)) {
    abuseOf.set(`${service}:${action}`, {
      usedInWild: wild === 1,
      tactics: tactics.map((index) => knownAbuse.tactics[index] ?? "").filter(Boolean),
    });
  }
}

const reviewedLevel = new Map<string, RiskLevel>();
for (const [level, actions] of Object.entries(REVIEWED_LEVELS)) {
  for (const action of actions) reviewedLevel.set(action, level as RiskLevel);
}

/** Tactics that leave something behind or take something out, as against looking around. */
const GRAVE_TACTICS: ReadonlySet<string> = new Set([
  "Persistence",
  "Privilege Escalation",
  "Defense Evasion",
  "Credential Access",
  "Exfiltration",
]);
const DATA_TACTICS: ReadonlySet<string> = new Set(["Credential Access", "Collection", "Exfiltration"]);
const MINOR_TACTICS: ReadonlySet<string> = new Set(["Discovery", "Impact", "Command and Control"]);

/**
 * The written rule, for actions that were not reviewed by name:
 * reading is `none`, `low` once attackers are known to use it, `medium` when what they take by it is credentials or data;
 * writing is `low`, `medium` when it serves a tactic beyond discovery or impact, `high` when it serves a grave one
 * ({@link GRAVE_TACTICS}) in real intrusions; changing permissions starts at `medium`.
 */
function levelByRule(accessLevel: AccessLevel | null, tactics: readonly string[], usedInWild: boolean): RiskLevel {
  if (accessLevel === "List" || accessLevel === "Read") {
    if (accessLevel === "Read" && tactics.some((tactic) => DATA_TACTICS.has(tactic))) return "medium";
    return tactics.length > 0 ? "low" : "none";
  }
  if (usedInWild && tactics.some((tactic) => GRAVE_TACTICS.has(tactic))) return "high";
  if (tactics.some((tactic) => !MINOR_TACTICS.has(tactic))) return "medium";
  if (accessLevel === "Permissions management") return "medium";
  return accessLevel === null && tactics.length === 0 ? "none" : "low";
}

function assess(service: string, loggedAction: string): ActionRisk {
  const action = withoutApiVersion(loggedAction);
  const prefix = iamPrefix(service);
  const iamName = iamAction(prefix, action);
  const accessLevel = levelOfAction.get(`${prefix}:${iamName}`) ?? levelOfVerb.get(actionVerb(iamName)) ?? null;
  const abuse = abuseOf.get(`${service}:${action}`) ?? abuseOf.get(`${prefix}:${action}`);
  const tactics = abuse?.tactics ?? [];
  const usedInWild = abuse?.usedInWild ?? false;
  const level = reviewedLevel.get(`${prefix}:${action}`) ?? levelByRule(accessLevel, tactics, usedInWild);
  return Object.freeze({ accessLevel, level, tactics, usedInWild });
}

/** An organization uses a few thousand actions; the bound only keeps made-up names from filling memory. */
const MAX_REMEMBERED = 8192;
const remembered = new Map<string, ActionRisk>();

/**
 * Risk of an action in CloudTrail's names: `actionRisk("ec2", "RunInstances")`. Cheap enough to call for every event.
 * An action that no source knows is `none` with a `null` access level.
 */
export function actionRisk(service: string, action: string): ActionRisk {
  const key = `${service}:${action}`;
  const known = remembered.get(key);
  if (known) return known;
  const risk = assess(service, action);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(key, risk);
  return risk;
}
