import { severityRank } from "../domain/finding.ts";
import type { ExpectedVerdict } from "../domain/incident.ts";
import { DAY, type EpochMs } from "../domain/time.ts";
import type { PricedUsageEvent, UsageEvent } from "../domain/usage-event.ts";
import { isAwsService, isIdentityCenterRole, isPipeline, principalName } from "./actors.ts";
import { beyondHistory } from "./beyond-history.ts";
import { isCapacity } from "./capacity.ts";
import { DANGER_RULES } from "./danger-rules/index.ts";
import type { EscalationInput } from "./escalations.ts";
import { freshNetworks } from "./escalations.ts";
import type { Deployment } from "./history.ts";
import { unexplainedOf, unusualOf } from "./unexplained.ts";

export interface ExpectedInput extends EscalationInput {
  /** First event of every account; absent where not known. */
  readonly accountSince: ReadonlyMap<string, EpochMs>;
}

/** Hosts that AWS writes into `invokedBy` when it changes capacity on its own account. */
const SCALERS = new Set([
  "autoscaling.amazonaws.com",
  "application-autoscaling.amazonaws.com",
  "ecs.application-autoscaling.amazonaws.com",
  "eks-nodegroup.amazonaws.com",
  "batch.amazonaws.com",
  "spotfleet.amazonaws.com",
  "ec2fleet.amazonaws.com",
  "elasticmapreduce.amazonaws.com",
]);

/** Hosts that AWS writes into `invokedBy` when it deploys on a role's behalf. */
const DEPLOYERS = new Set(["cloudformation.amazonaws.com", "codepipeline.amazonaws.com", "codedeploy.amazonaws.com"]);

/** Who or what stands behind a part of the events, and how much larger than before that excuses. */
interface Explained {
  readonly reason: string;
  readonly multiple: number;
  readonly by: "scaling" | "deployment" | "pipeline" | "routine" | "setup";
}

/**
 * Whether the change is one that this organization makes anyway. Rests on what AWS writes itself (invokedBy, issuer
 * role, network) and on the accounts' own past; never on a user agent, a session's name or a tag.
 */
export function expectedVerdict(input: ExpectedInput): ExpectedVerdict {
  const refusal = neverExpected(input);
  if (refusal !== null) return { expected: false, reasons: [refusal] };
  const { events } = input.material;
  if (events.length === 0) return { expected: false, reasons: ["none of its events is at hand to judge by"] };
  const parts = new Map<string, { readonly explained: Explained; readonly events: UsageEvent[] }>();
  const rest: PricedUsageEvent[] = [];
  for (const event of events) {
    const explained = explain(event, input);
    if (explained === null) rest.push(event);
    else {
      const part = parts.get(explained.reason) ?? { explained, events: [] };
      part.events.push(event);
      parts.set(explained.reason, part);
    }
  }
  const unexplained = unexplainedOf(rest, events, input.config);
  if (unexplained !== null) {
    return {
      expected: false,
      reasons: [`no pipeline, deployment, scaling group or routine known here is behind ${unexplained}`],
    };
  }
  const reasons: string[] = [];
  for (const part of parts.values()) {
    const beyond =
      part.explained.by === "setup" ? null : beyondHistory(part.events, part.explained.multiple, input.history);
    if (beyond !== null) return { expected: false, reasons: [`although ${part.explained.reason}, ${beyond}`] };
    reasons.push(part.explained.reason);
  }
  const unusual = unusualOf(rest, input);
  if (unusual !== null) return { expected: false, reasons: [`beside what is explained, ${unusual}`] };
  return { expected: true, reasons };
}

/** What is dangerous whoever does it, and what comes from where nobody ever worked. */
export function neverExpected(input: EscalationInput): string | null {
  const inexcusable = new Map(
    DANGER_RULES.filter((rule) => !rule.routineExcuses).map((rule) => [`danger/${rule.id}`, rule]),
  );
  for (const finding of input.material.findings) {
    if (finding.kind !== "policy" || severityRank(finding.severity) < severityRank("medium")) continue;
    const rule = inexcusable.get(finding.policy);
    if (rule) return `it is dangerous whoever does it (${rule.title.charAt(0).toLowerCase()}${rule.title.slice(1)})`;
  }
  const [network] = freshNetworks(input);
  return network === undefined ? null : `it came from ${network}, a network nobody here had used before`;
}

function explain(event: UsageEvent, input: ExpectedInput): Explained | null {
  return (
    setUp(event, input) ??
    scaled(event, input) ??
    deployed(event, input) ??
    piped(event, input) ??
    routine(event, input)
  );
}

/** A scaling group's own launch; a larger one where a deployment had just set the group's size. */
function scaled(event: UsageEvent, { history, config }: ExpectedInput): Explained | null {
  const host = event.origin.invokedBy;
  if (host === null || !SCALERS.has(host) || !isAwsService(event.principal.id)) return null;
  const deployment = history.deployments.find(
    (candidate) =>
      candidate.account === event.account && candidate.time <= event.time && isKnownDeployer(candidate, config),
  );
  if (deployment) {
    return {
      by: "deployment",
      multiple: config.deploymentMultiple,
      reason: `launched by ${host} after ${deployment.action} by ${principalName(deployment.principal)}, which deployed there on ${deployment.earlierDays} earlier days`,
    };
  }
  return {
    by: "scaling",
    multiple: config.usualMultiple,
    reason: `launched by ${host} on its own, as AWS wrote into the record`,
  };
}

/** CloudFormation on behalf of a role that deploys here. */
function deployed(event: UsageEvent, { history, config }: ExpectedInput): Explained | null {
  const host = event.origin.invokedBy;
  if (host === null || !DEPLOYERS.has(host)) return null;
  const { id } = event.principal;
  const past = history.principals.get(id);
  const byName = isPipeline(id, config.knownPipelines);
  const days = Math.max(past?.days ?? 0, deployDays(history.deployments, event));
  if (days < config.usualDays && !(byName && days > 0)) return null;
  return {
    by: "deployment",
    multiple: config.deploymentMultiple,
    reason: `made by ${host} for ${principalName(id)}, which deployed there on ${days} earlier days`,
  };
}

/** A known pipeline, or a role whose routine it is, from the network that it always comes from. */
function piped(event: UsageEvent, { history, config }: ExpectedInput): Explained | null {
  const { id, type } = event.principal;
  if (type !== "role" || !isPipeline(id, config.knownPipelines)) return null;
  const days = history.principals.get(id)?.daysByNetwork.get(event.origin.network ?? "") ?? 0;
  if (days < config.usualDays) return null;
  return {
    by: "pipeline",
    multiple: config.usualMultiple,
    reason: `made by the pipeline role ${principalName(id)} from ${event.origin.network ?? "its usual place"}, as on ${days} earlier days`,
  };
}

/**
 * A machine's role that adds capacity as it does on other days, from where it always does. Only for what is counted: a
 * danger that somebody's role has grown used to is still one.
 */
function routine(event: UsageEvent, { material, history, config }: ExpectedInput): Explained | null {
  const { id, type, mfa } = event.principal;
  if (type !== "role" || mfa === true || isIdentityCenterRole(id) || !event.quantities.some(isCapacity)) return null;
  const dangerous = material.findings.some(
    (finding) => finding.kind === "policy" && severityRank(finding.severity) >= severityRank("medium"),
  );
  if (dangerous) return null;
  const past = history.principals.get(id);
  const network = event.origin.network ?? "";
  const earlier = past?.daysByNetwork.get(network) ?? 0;
  const later = past?.later.daysByNetwork.get(network) ?? 0;
  // Hindsight asks for more: a thief who stays two days is no routine.
  if (earlier < config.usualDays && earlier + later < config.usualDays + 2) return null;
  const days = later > 0 ? `${earlier + later} other days` : `${earlier} earlier days`;
  return {
    by: "routine",
    multiple: config.routineMultiple,
    reason: `made by the role ${principalName(id)} from ${network || "its usual place"}, as on ${days}`,
  };
}

/** The organization's own administrators or roll-out tools in an account that has just begun. */
function setUp(event: UsageEvent, { accountSince, span, config, commonness }: ExpectedInput): Explained | null {
  const since = accountSince.get(event.account);
  // Accounts that were there when the data began are not new.
  if (since === undefined || since < span.start + config.learningDays * DAY) return null;
  if (event.time - since > config.accountSetupDays * DAY) return null;
  const { principal, origin } = event;
  const rollout =
    isPipeline(principal.id, config.knownPipelines) || origin.invokedBy === "cloudformation.amazonaws.com";
  const network = origin.network === null ? null : commonness.networkSince(origin.network);
  const knownElsewhere = network !== null && since - network >= config.usualDays * DAY;
  const reason = "set-up of an account in its first days";
  if (isAwsService(principal.id)) return { by: "setup", multiple: 1, reason };
  return rollout || knownElsewhere
    ? {
        by: "setup",
        multiple: 1,
        reason: `${reason}, ${knownElsewhere ? "from a network that the organization has long used" : "by a known roll-out"}`,
      }
    : null;
}

const isKnownDeployer = (deployment: Deployment, config: ExpectedInput["config"]): boolean =>
  deployment.earlierDays >= config.usualDays ||
  (deployment.earlierDays > 0 && isPipeline(deployment.principal, config.knownPipelines));

const deployDays = (deployments: readonly Deployment[], { account, principal }: UsageEvent): number =>
  deployments
    .filter((deployment) => deployment.account === account && deployment.principal === principal.id)
    .reduce((most, { earlierDays }) => Math.max(most, earlierDays), 0);
