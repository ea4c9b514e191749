import type { RecommendedAction } from "../../domain/incident.ts";
import { amount, listed } from "../../messages/format.ts";
import { bucketName, functionName } from "../../messages/quantity.ts";
import { named } from "../../messages/visible.ts";
import type { Case } from "../case.ts";
import type { Dossier } from "../clues.ts";
import { thingsMade } from "../facts-of-things.ts";
import type { Topic } from "../topics.ts";
import * as ask from "./commands.ts";
import * as page from "./console-urls.ts";

/** What a step may use: nothing here is not in the incident. */
export interface Situation {
  readonly subject: Case;
  readonly dossier: Dossier;
  /** Where most of it happened; the partition's home region for global services. */
  readonly region: string;
}

type Step = (situation: Situation) => RecommendedAction | null;

const step = (
  title: string,
  detail: string,
  links: { readonly consoleUrl?: string | null; readonly command?: string | null } = {},
): RecommendedAction => ({ title, detail, consoleUrl: links.consoleUrl ?? null, command: links.command ?? null });

const scalingActivities: Step = ({ subject, dossier, region }) =>
  step(
    "Check the scaling activities",
    dossier.has("by-autoscaling")
      ? "The launches came through Auto Scaling: each activity's cause says which alarm, schedule or person changed the target."
      : "See whether a scaling group changed its target at the time; each activity names its cause.",
    {
      consoleUrl: page.scalingGroupsUrl(region),
      command: subject.topics.has("launches") ? ask.scalingActivities(region) : null,
    },
  );

const recentDeployments: Step = ({ subject, region }) =>
  step("Check recent deployments", "Stacks that changed in the hour before or during it, and who changed them.", {
    consoleUrl: page.stacksUrl(region),
    command: ask.stacksChanged(region, subject.window),
  });

const instanceTypes: Step = ({ subject, dossier, region }) => {
  const types = thingsMade(subject.facets)
    .slice(0, 4)
    .map(({ item, count }) => `${amount(count)} x ${named(item)}`);
  const seen = types.length === 0 ? "" : `Launched: ${listed(types, 4)}. `;
  const verdict = dossier.has("unapproved-types")
    ? "Types outside the account's approved list are in the evidence."
    : "Compare with what is approved for this account, and with what the workload needs.";
  return step("Compare the instance types with the approved list", `${seen}${verdict}`, {
    consoleUrl: page.instancesUrl(region),
    command: ask.describeInstances(region, subject.window),
  });
};

const otherRegions: Step = ({ subject, region }) =>
  step(
    "Look into the other regions",
    "Miners launch wherever the quota lets them; failed launches elsewhere are a sign of it.",
    {
      command: ask.lookupEvents(region, "EventName", "RunInstances", subject.window),
    },
  );

const volumes: Step = ({ subject, region }) =>
  step(
    "List the unattached volumes",
    "Volumes that nothing uses cost until they are deleted. Find what makes them before deleting them.",
    {
      consoleUrl: page.volumesUrl(region),
      command: ask.describeVolumes(region, subject.window),
    },
  );

const natGateways: Step = ({ region }) =>
  step(
    "List the NAT gateways",
    "Each costs by the hour even when no traffic passes. Find which stack or job makes them and why it never deletes them.",
    {
      consoleUrl: page.natGatewaysUrl(region),
      command: ask.describeNatGateways(region),
    },
  );

const databases: Step = ({ region }) =>
  step("List the database instances", "Compare classes and creation times with what was planned.", {
    consoleUrl: page.databasesUrl(region),
    command: ask.describeDatabases(region),
  });

const functionOf = ({ subject }: Situation): string | null =>
  subject.facets.resources.map(({ value }) => functionName(value)).find((name) => name !== null) ?? null;

const functionLoad: Step = (situation) => {
  const name = functionOf(situation);
  if (name === null) {
    return step("Find the function", "See which function's invocations rise.", {
      consoleUrl: page.functionsUrl(situation.region),
    });
  }
  return step(
    `Look at function ${named(name, 60)}`,
    "Invocations, errors and concurrency over time, and what triggers it.",
    {
      consoleUrl: page.functionUrl(situation.region, name),
      command: ask.eventSources(situation.region, name),
    },
  );
};

const functionBrake: Step = (situation) => {
  const name = functionOf(situation);
  return step(
    "Decide whether to stop the function",
    `Reserved concurrency 0 ${name === null ? "" : `on ${named(name, 60)} `}stops every invocation at once and is undone as quickly. Its users will see errors.`,
    { command: name === null ? null : ask.functionConcurrency(situation.region, name) },
  );
};

const models: Step = ({ region }) =>
  step(
    "See which models were invoked, and whether prompts are logged",
    "Without invocation logging the content of the calls is lost.",
    {
      consoleUrl: page.bedrockUrl(region),
      command: ask.modelLogging(region),
    },
  );

const secrets: Step = ({ region }) =>
  step(
    "List what was read, and plan its rotation",
    "Whoever read a secret keeps it. Rotate those in the evidence, the most powerful first.",
    {
      consoleUrl: page.secretsUrl(region),
      command: ask.describeSecrets(region),
    },
  );

const logging: Step = ({ region }) =>
  step(
    "See what still logs, and switch logging on again",
    "Describe what is left; then a person with the right to do so starts logging. What happened meanwhile in this trail is lost.",
    {
      consoleUrl: page.trailsUrl(region),
      command: ask.describeTrails(region),
    },
  );

const detection: Step = ({ region }) =>
  step("Check GuardDuty", "Its findings about the same caller, and whether it is still on.", {
    consoleUrl: page.guardDutyUrl(region),
    command: ask.listDetectors(region),
  });

const refusals: Step = ({ subject, dossier, region }) => {
  const actions = listed(
    subject.facets.actions.slice(0, 3).map(({ value }) => named(value)),
    3,
  );
  const changed =
    dossier.has("permissions-changed") || dossier.has("deployment-nearby") || dossier.has("deployment-same-caller");
  return step(
    "Find out what is refused, and since when",
    `${actions === "" ? "" : `Refused: ${actions}. `}${changed ? "Compare with the changes in the evidence that came before it." : "The error message names the policy that refuses."}`,
    {
      command: subject.session === null ? null : ask.lookupEvents(region, "Username", subject.session, subject.window),
    },
  );
};

const organizationGuards: Step = ({ subject }) => {
  const [account] = subject.accountIds;
  return step(
    "Check the organization's policies on the account",
    "A changed service control policy refuses or allows everybody at once.",
    {
      command: account === undefined || account === "unknown" ? null : ask.organizationPolicies(account),
    },
  );
};

const bucketOf = ({ subject }: Situation): string | null =>
  subject.facets.resources.map(({ value }) => bucketName(value)).find((name) => name !== null) ?? null;

const objects: Step = (situation) => {
  const bucket = bucketOf(situation);
  if (bucket === null)
    return step("Find out what data was touched", "Which buckets and prefixes, and how sensitive they are.");
  return step(
    `See what was touched in bucket ${named(bucket, 63)}`,
    "How sensitive it is, whether versions or backups exist, and whether it is public.",
    {
      consoleUrl: page.bucketUrl(situation.region, bucket),
      command: ask.bucketPolicyStatus(bucket),
    },
  );
};

const sharing: Step = ({ subject }) => {
  const partners = listed(
    subject.facets.counterparties.map(({ value }) => (value === "public" ? "everyone" : named(value))),
    3,
  );
  return step(
    "Decide whether the sharing is intended",
    partners === ""
      ? "Ask the owner; take the permission away if nobody meant it."
      : `Shared with ${partners}. Ask the owner; take the permission away if nobody meant it.`,
  );
};

const identity: Step = ({ subject }) => {
  const made = listed(
    subject.facets.resources.slice(0, 4).map(({ value }) => named(value)),
    3,
  );
  return step(
    "Review what was created or changed in IAM",
    made === ""
      ? "New keys, users and permissions outlive the session that made them."
      : `Touched: ${made}. New keys, users and permissions outlive the session that made them.`,
  );
};

const quotas: Step = ({ region }) =>
  step("See the account's quotas", "They bound what can still be launched.", { command: ask.vcpuQuota(region) });

/** In the order to do them. */
export const STEPS_OF_TOPIC: Readonly<Record<Topic, readonly Step[]>> = {
  launches: [scalingActivities, recentDeployments, instanceTypes],
  accelerated: [scalingActivities, recentDeployments, instanceTypes, otherRegions],
  volumes: [volumes, recentDeployments],
  invocations: [functionLoad, functionBrake],
  "nat-gateways": [natGateways, recentDeployments],
  databases: [databases, recentDeployments],
  "machine-learning": [recentDeployments, quotas],
  clusters: [recentDeployments, quotas],
  containers: [recentDeployments],
  models: [models],
  spend: [recentDeployments],
  "failed-launches": [scalingActivities, quotas],
  denied: [refusals, organizationGuards],
  identity: [identity],
  guardrails: [logging, detection],
  sharing: [sharing, objects],
  secrets: [secrets],
  "objects-read": [objects],
  "objects-deleted": [objects],
  "sign-ins": [detection],
  exposure: [sharing],
  destruction: [objects],
  execution: [detection],
  organization: [organizationGuards],
};
