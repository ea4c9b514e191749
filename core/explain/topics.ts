import type { Finding } from "../domain/finding.ts";
import type { Signal } from "../domain/signal.ts";
import type { QuantityKind } from "../domain/usage-event.ts";

/** What an incident is about: chooses its headline, its questions to the store, and its playbook. */
export type Topic =
  | "launches"
  | "accelerated"
  | "volumes"
  | "invocations"
  | "nat-gateways"
  | "databases"
  | "machine-learning"
  | "clusters"
  | "containers"
  | "models"
  | "spend"
  | "failed-launches"
  | "denied"
  | "identity"
  | "guardrails"
  | "sharing"
  | "secrets"
  | "objects-read"
  | "objects-deleted"
  | "sign-ins"
  | "exposure"
  | "destruction"
  | "execution"
  | "organization";

const BY_QUANTITY: Readonly<Partial<Record<QuantityKind, Topic>>> = {
  instances: "launches",
  "accelerated-instances": "accelerated",
  volumes: "volumes",
  "volume-gib": "volumes",
  "function-invocations": "invocations",
  "nat-gateways": "nat-gateways",
  "db-instances": "databases",
  "db-gib": "databases",
  "ml-instances": "machine-learning",
  "emr-instances": "clusters",
  "cluster-nodes": "clusters",
  "container-tasks": "containers",
  "model-invocations": "models",
  "secrets-read": "secrets",
  "parameters-read": "secrets",
  "object-reads": "objects-read",
  "object-deletes": "objects-deleted",
  "access-keys-created": "identity",
  "users-created": "identity",
  "roles-created": "identity",
  "snapshots-shared": "sharing",
  "images-shared": "sharing",
};

const BY_MARK: Readonly<Record<string, Topic>> = {
  "guardrail-off": "guardrails",
  "shared-publicly": "sharing",
  "shared-with-account": "sharing",
  "opened-to-world": "exposure",
  "console-sign-in": "sign-ins",
  "console-sign-in-failed": "sign-ins",
  "sign-in-without-mfa": "sign-ins",
  "admin-granted": "identity",
  "credential-created": "identity",
  "identity-changed": "identity",
  "secret-read": "secrets",
  "parameter-read": "secrets",
  "code-execution": "execution",
  destructive: "destruction",
  "organization-changed": "organization",
};

/** A mark says what a finding is about where this part of its events carries it. */
const MARK_SHARE = 0.5;

/** A role that trusts another account is shared in IAM's way: it opens a door, and hands out no data by itself. */
const isTrust = ({ facets }: Finding, mark: string): boolean =>
  mark === "shared-with-account" && facets.actions.every(({ value }) => value.startsWith("iam:"));

/** The topics of one finding, the telling one first. */
export function topicsOf(finding: Finding, signal: Signal | undefined): readonly Topic[] {
  if (finding.kind === "anomaly" && signal) return [topicOfSignal(signal)];
  const topics = new Set<Topic>();
  for (const { value, count } of finding.facets.marks) {
    const topic = isTrust(finding, value) ? "identity" : BY_MARK[value];
    if (topic && count >= finding.facets.events * MARK_SHARE) topics.add(topic);
  }
  for (const { value } of finding.facets.items) {
    const topic = BY_QUANTITY[value.split(" ")[0] as QuantityKind];
    if (topic) topics.add(topic);
  }
  return [...topics].sort((a, b) => WEIGHTS[b] - WEIGHTS[a]);
}

function topicOfSignal({ value, filter }: Signal): Topic {
  if (value.of === "quantity") return BY_QUANTITY[value.kind] ?? "spend";
  if (value.of !== "events") return "spend";
  for (const mark of filter.marks ?? []) {
    const topic = BY_MARK[mark];
    if (topic) return topic;
  }
  const failures = filter.outcomes?.every((outcome) => outcome !== "success") ?? false;
  if (failures) return filter.actions ? "failed-launches" : "denied";
  return "spend";
}

/** How well a topic makes a headline; what is worst to miss first. */
const WEIGHTS: Readonly<Record<Topic, number>> = {
  guardrails: 10,
  organization: 10,
  accelerated: 9,
  sharing: 8,
  launches: 8,
  secrets: 7,
  models: 7,
  destruction: 7,
  "objects-read": 7,
  "objects-deleted": 7,
  invocations: 7,
  "machine-learning": 7,
  databases: 7,
  clusters: 7,
  containers: 7,
  "nat-gateways": 7,
  volumes: 6,
  identity: 6,
  execution: 6,
  exposure: 6,
  denied: 4,
  "failed-launches": 3,
  "sign-ins": 3,
  spend: 2,
};

const KIND_WEIGHTS: Readonly<Record<Finding["kind"], number>> = { anomaly: 3, policy: 2, insight: 1, novelty: 0 };
const SEVERITY_STEP = 5;

/** The organization's own rules say less in a headline than what happened: they are told as evidence. */
const HOUSE_RULE = 3;

/** Findings of the built-in danger rules, apart from the organization's own policies. */
export const isDanger = (policy: string): boolean => policy.startsWith("danger/");

/** Which finding an incident is told by: the highest. */
export function prominence(finding: Finding, signal: Signal | undefined, severityRank: number): number {
  const topic = topicsOf(finding, signal)[0];
  const inGib = signal?.value.of === "quantity" && signal.value.kind === "volume-gib" ? 1 : 0;
  const ofTheHouse = finding.kind === "policy" && !isDanger(finding.policy) ? HOUSE_RULE : 0;
  return severityRank * SEVERITY_STEP + KIND_WEIGHTS[finding.kind] - ofTheHouse - inGib + (topic ? WEIGHTS[topic] : 0);
}

/** The lead's own topics first, then the incident's others, the telling ones first. */
export function shownTopics(lead: readonly Topic[], all: ReadonlySet<Topic>): readonly Topic[] {
  return [...new Set([...lead, ...[...all].sort((a, b) => WEIGHTS[b] - WEIGHTS[a])])];
}
