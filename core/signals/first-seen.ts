import type { NoveltyDimension } from "../domain/finding.ts";
import { type PricedUsageEvent, type PrincipalType, signalRegion, type Tool } from "../domain/usage-event.ts";

export interface FirstSeenValue {
  readonly dimension: NoveltyDimension;
  readonly value: string;
}

/** Nobody in particular: AWS itself, the public, or what the record does not tell. */
export const NOBODY: readonly PrincipalType[] = ["service", "anonymous", "unknown"];

/** User agents that say nothing of the tool a principal works with. */
export const NAMELESS_TOOLS: readonly Tool[] = ["none", "other", "aws-service"];

/** Path of roles that only an AWS service can assume; that they appear says that the service is used, which is told already. */
export const SERVICE_LINKED_PATH = ":role/aws-service-role/";

/** Between the two parts of a value that has two. */
export const TOOL_SEPARATOR = " · ";
export const ASSUMED_SEPARATOR = " → ";
/** After an action that was only ever refused; the same action allowed for the first time is a first of its own. */
export const DENIED_SUFFIX = " (denied)";

/**
 * What an event could be the first of in its account. `counted` is false for the copy of an action logged in two
 * accounts that signals do not count; such a copy still shows who came in from where.
 *
 * - `region`: a region, by a successful call that changes something; `global` is no region.
 * - `service`: a service, by such a call.
 * - `risky-action`: `service:Action`, allowed; `service:Action (denied)`, refused.
 * - `instance-family`: `g5` of the `g5.12xlarge` that was launched.
 * - `principal`: {@link Principal.id}, by any successful call; callers known only by their account's number are in
 *   `cross-account`.
 * - `network`: a network that somebody's credentials were used from, refused calls too (a stolen key is often tried
 *   first); neither AWS's own networks, nor calls that AWS made on somebody's behalf, nor failed sign-ins, which anyone
 *   on the internet can make.
 * - `tool`: `deploy · terraform`: principal's name and tool.
 * - `cross-account`: `111122223333 → deploy`: account that assumed a role here, and the role; `111122223333` for
 *   another account's direct calls.
 */
export function firstSeenValues(
  event: PricedUsageEvent,
  counted: boolean,
  riskyAction: (service: string, action: string) => boolean,
): readonly FirstSeenValue[] {
  const values: FirstSeenValue[] = [];
  const add = (dimension: NoveltyDimension, value: string): void => {
    values.push({ dimension, value });
  };
  const { principal, origin, service, action } = event;
  const succeeded = event.outcome === "success";
  const somebody = !NOBODY.includes(principal.type);
  const named = principal.type !== "account" && !principal.id.includes(SERVICE_LINKED_PATH);
  const own = origin.invokedBy === null && somebody;

  if (counted && succeeded && !event.readOnly && principal.type !== "service") {
    const region = signalRegion(service, event.region);
    if (region !== "global") add("region", region);
    add("service", service);
  }
  if (counted && principal.type !== "service" && riskyAction(service, action)) {
    if (succeeded) add("risky-action", `${service}:${action}`);
    if (event.outcome === "denied") add("risky-action", `${service}:${action}${DENIED_SUFFIX}`);
  }
  if (counted && succeeded && event.quantities.length > 0) {
    for (const family of launchedFamilies(event)) add("instance-family", family);
  }
  if (succeeded && named && principal.type !== "service" && principal.type !== "unknown")
    add("principal", principal.id);
  if (
    counted &&
    own &&
    (succeeded || event.outcome === "denied") &&
    origin.network !== null &&
    (origin.sourceIp !== null || origin.vpcEndpointId !== null) &&
    origin.actor !== "aws-service" &&
    !event.marks.includes("console-sign-in-failed")
  ) {
    add("network", origin.network);
  }
  if (counted && succeeded && own && named && !NAMELESS_TOOLS.includes(origin.tool)) {
    add("tool", `${principal.name}${TOOL_SEPARATOR}${origin.tool}`);
  }
  if (succeeded && somebody && principal.account !== null && principal.account !== event.account) {
    add("cross-account", `${principal.account}${assumedRole(event)}`);
  }
  return values;
}

function launchedFamilies(event: PricedUsageEvent): ReadonlySet<string> {
  const families = new Set<string>();
  for (const { kind, change, item } of event.quantities) {
    if (kind === "instances" && change === "added" && item !== null) families.add(item.split(".", 1)[0] as string);
  }
  return families;
}

function assumedRole({ service, action, resources }: PricedUsageEvent): string {
  const role = resources[0];
  if (service !== "sts" || !action.startsWith("AssumeRole") || role === undefined) return "";
  return `${ASSUMED_SEPARATOR}${role.slice(role.lastIndexOf("/") + 1)}`;
}
