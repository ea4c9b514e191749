import type { Finding, Severity } from "../domain/finding.ts";
import { severityRank } from "../domain/finding.ts";
import { nanoUsd } from "../domain/money.ts";
import type { TimeWindow } from "../domain/time.ts";
import { signalRegion, type UsageEvent } from "../domain/usage-event.ts";
import { grouped } from "../messages/format.ts";
import { isAwsService, isTraveller } from "./actors.ts";
import { isCapacity } from "./capacity.ts";
import { isFreshNetwork, type KeyCommonness } from "./commonness.ts";
import type { IncidentsConfig } from "./config.ts";
import { shareOf } from "./facets.ts";
import type { IncidentHistory } from "./history.ts";
import type { IncidentMaterial } from "./material.ts";
import { peakAddedPerHour } from "./money.ts";
import { usdPhrase } from "./usd-phrase.ts";

export interface EscalationInput {
  readonly material: IncidentMaterial;
  readonly history: IncidentHistory;
  readonly commonness: KeyCommonness;
  readonly config: IncidentsConfig;
  readonly span: TimeWindow;
}

interface Raised {
  readonly severity: Severity;
  readonly reason: string;
  /** What it is about: of several rules about the same thing the gravest speaks. */
  readonly about: string;
}

type Escalation = (input: EscalationInput) => Raised | null;

/** Part of the events that must come from a network for it to be the incident's network. */
const NETWORK_SHARE = 0.3;
/** Refused attempts before a success that make it more than a slip. */
const ATTEMPTS = 3;
const MANY_SECRETS = 10;
/** Recursion with a purpose (pages, chunks) stays far below. */
const SELF_INVOCATIONS = 500;

/**
 * A network that nobody in the organization had used, under credentials that are not a person's from Identity Center:
 * people travel, machines and stolen keys do not.
 */
export function freshNetworks({ material, commonness, span, config }: EscalationInput): string[] {
  return material.facets.networks
    .filter(({ value }) => shareOf(material.facets, "networks", value) >= NETWORK_SHARE)
    .map(({ value }) => value)
    .filter((network) => isFreshNetwork(commonness, network, material.window.start, span, config))
    .filter((network) =>
      material.events.some(
        ({ origin, principal }) => origin.network === network && !isTraveller(principal) && !isAwsService(principal.id),
      ),
    );
}

const atLeast = (findings: readonly Finding[], severity: Severity): boolean =>
  findings.some((finding) => severityRank(finding.severity) >= severityRank(severity));

const novelties = (input: EscalationInput, ...dimensions: string[]): number =>
  input.material.findings.filter((finding) => finding.kind === "novelty" && dimensions.includes(finding.dimension))
    .length;

const dangers = (input: EscalationInput): Set<string> =>
  new Set(
    input.material.findings.flatMap((finding) =>
      finding.kind === "policy" && severityRank(finding.severity) >= severityRank("low") ? [finding.policy] : [],
    ),
  );

const dangerFromFreshNetwork: Escalation = (input) => {
  const [network] = freshNetworks(input);
  const danger = input.material.findings.some(
    (finding) => finding.kind === "policy" && severityRank(finding.severity) >= severityRank("medium"),
  );
  if (network === undefined || !danger) return null;
  return {
    severity: "high",
    reason: `dangerous changes from ${network}, a network nobody here had used before`,
    about: "network",
  };
};

const launchFromFreshNetwork: Escalation = (input) => {
  const [network] = freshNetworks(input);
  const launching = input.material.events.some(
    (event) => event.outcome === "success" && event.origin.network === network && addsCapacity(event),
  );
  if (network === undefined || !launching) return null;
  return {
    severity: "medium",
    reason: `capacity started from ${network}, a network nobody here had used before`,
    about: "network",
  };
};

const successAfterAttempts: Escalation = (input) => {
  const refused = new Map<string, number>();
  for (const event of input.material.events) {
    if (isAwsService(event.principal.id)) continue;
    const key = `${event.principal.id}|${event.service}:${event.action}`;
    if (event.outcome === "denied" || event.outcome === "failed") refused.set(key, (refused.get(key) ?? 0) + 1);
    else if (event.outcome === "success" && !event.readOnly && (refused.get(key) ?? 0) >= ATTEMPTS) {
      const severity = freshNetworks(input).length > 0 ? "high" : "medium";
      return {
        severity,
        reason: `${event.service}:${event.action} succeeded after ${refused.get(key)} refused or failed attempts by the same principal`,
        about: "attempts",
      };
    }
  }
  return null;
};

const acceleratedInNewRegion: Escalation = (input) => {
  const newRegions = new Set(
    input.material.findings.flatMap((finding) =>
      finding.kind === "novelty" && finding.dimension === "region" ? [`${finding.account}|${finding.value}`] : [],
    ),
  );
  const launch = input.material.events.find(
    (event) =>
      newRegions.has(`${event.account}|${signalRegion(event.service, event.region)}`) &&
      event.quantities.some(({ kind, change }) => kind === "accelerated-instances" && change === "added"),
  );
  if (!launch) return null;
  const severity = freshNetworks(input).length > 0 ? "critical" : "high";
  return {
    severity,
    reason: `accelerated instances in ${launch.region}, a region this account had never used`,
    about: "region",
  };
};

const launchInNewRegion: Escalation = (input) => {
  if (novelties(input, "region") === 0) return null;
  const regions = new Set(
    input.material.findings.flatMap((finding) =>
      finding.kind === "novelty" && finding.dimension === "region" ? [finding.value] : [],
    ),
  );
  const launch = input.material.events.find(
    (event) =>
      event.outcome === "success" &&
      regions.has(event.region) &&
      addsCapacity(event) &&
      !isAwsService(event.principal.id),
  );
  return launch
    ? {
        severity: "medium",
        reason: `capacity started in ${launch.region}, a region this account had never used`,
        about: "region",
      }
    : null;
};

const severalAccounts: Escalation = (input) => {
  const networks = new Set(freshNetworks(input));
  if (networks.size === 0) return null;
  const accounts = new Set(
    input.material.events.filter(({ origin }) => networks.has(origin.network ?? "")).map(({ account }) => account),
  );
  if (accounts.size < 2 || !atLeast(input.material.findings, "low")) return null;
  return {
    severity: "high",
    reason: `the same new network was at work in ${accounts.size} accounts`,
    about: "accounts",
  };
};

const secretsNeverReadBefore: Escalation = (input) => {
  const distinct = new Map<string, Set<string>>();
  for (const event of input.material.events) {
    if (event.outcome !== "success" || !(event.marks.includes("secret-read") || event.marks.includes("parameter-read")))
      continue;
    const read = distinct.get(event.principal.id) ?? new Set();
    distinct.set(event.principal.id, read.add(event.resources[0] ?? event.id));
  }
  for (const [principal, { size }] of distinct) {
    if (size < MANY_SECRETS || isAwsService(principal)) continue;
    const known = input.history.principals.get(principal);
    if (known && !known.readSecrets) {
      const severity = freshNetworks(input).length > 0 ? "high" : "medium";
      return {
        severity,
        reason: `${grouped(size)} different secrets or parameters read by a principal that had read none before`,
        about: "secrets-read",
      };
    }
  }
  return null;
};

/** Lambda names the session of a function's role after the function. */
const selfInvocation: Escalation = ({ material }) => {
  const calls = material.events.filter(({ service, action }) => service === "lambda" && action === "Invoke");
  const own = calls.filter(
    ({ principal, resources }) =>
      principal.session !== null && resources.some((resource) => lastPart(resource) === principal.session),
  );
  if (own.length < SELF_INVOCATIONS || own.length * 2 < calls.length) return null;
  return {
    severity: "medium",
    reason: `a function invoked itself at least ${grouped(own.length)} times`,
    about: "self-invocation",
  };
};

const newAdministrator: Escalation = (input) => {
  const found = dangers(input);
  if (!found.has("danger/admin-granted") || !found.has("danger/credential-for-other")) return null;
  return {
    severity: "high",
    reason: "administrator rights and a credential to use them were made together",
    about: "administrator",
  };
};

const coveredTracks: Escalation = (input) => {
  const found = dangers(input);
  const blinding = ["danger/audit-log-off", "danger/guardrail-off", "danger/organization-weakened"];
  const off = blinding.some((rule) => found.has(rule));
  const others = [...found].filter((rule) => !blinding.includes(rule) && rule.startsWith("danger/")).length;
  return off && others > 0
    ? {
        severity: "high",
        reason: "a guardrail was switched off by whoever did other dangerous things",
        about: "guardrail",
      }
    : null;
};

const riskyFirstFromNewPlace: Escalation = (input) => {
  const [network] = freshNetworks(input);
  const risky = input.material.findings.some(
    (finding) =>
      finding.kind === "novelty" &&
      (finding.dimension === "risky-action" || finding.dimension === "cross-account") &&
      severityRank(finding.severity) >= severityRank("low"),
  );
  if (network === undefined || !risky) return null;
  return {
    severity: "medium",
    reason: `a risky call never made before, from ${network}, a network nobody here had used before`,
    about: "network",
  };
};

const costsMoney: Escalation = ({ material, config }) => {
  const added = peakAddedPerHour(material.events);
  for (const severity of ["critical", "high", "medium"] as const) {
    if (added >= nanoUsd(config.money[severity])) {
      return {
        severity,
        reason: `adds at least $${usdPhrase(added)} an hour, which counts as ${severity} from $${config.money[severity]} on`,
        about: "money",
      };
    }
  }
  return null;
};

/** The rules that raise an incident above its gravest finding. docs/incidents.md has them in words. */
export const ESCALATIONS: readonly Escalation[] = [
  costsMoney,
  dangerFromFreshNetwork,
  acceleratedInNewRegion,
  severalAccounts,
  newAdministrator,
  coveredTracks,
  successAfterAttempts,
  secretsNeverReadBefore,
  selfInvocation,
  launchFromFreshNetwork,
  launchInNewRegion,
  riskyFirstFromNewPlace,
];

/** `resize` of `function/resize` and of `arn:aws:lambda:eu-west-1:111111111111:function:resize`. */
const lastPart = (resource: string): string =>
  resource.slice(Math.max(resource.lastIndexOf("/"), resource.lastIndexOf(":")) + 1);

const addsCapacity = ({ quantities }: UsageEvent): boolean => quantities.some(isCapacity);
