import type { Anomaly, Finding, Novelty } from "../domain/finding.ts";
import { isAwsHost, isAwsService, isIdentityCenterRole } from "../incidents/actors.ts";
import { amount, counted, duration, listed } from "../messages/format.ts";
import { accountName, place } from "../messages/phrases.ts";
import { isLongTermKey, principalList, principalWords } from "../messages/principal.ts";
import { named, shorten } from "../messages/visible.ts";
import { actionWords } from "./action-words.ts";
import { anomaliesOf, type Case, signalOf } from "./case.ts";
import { capital, toolOf } from "./facts-of-findings.ts";
import { isAccelerated, thingsMade } from "./facts-of-things.ts";
import { comparison, quantityOf, shortName } from "./statements.ts";
import { isDanger } from "./topics.ts";

/** Longest sentence; ends of long names give way first (see visible.ts). */
const SENTENCE = 400;

/** One sentence: what, where, against what is usual, by whom, and the one circumstance that makes it telling. */
export function summarise(subject: Case): string {
  const { lead } = subject;
  const parts = lead.kind === "anomaly" ? anomalySentence(subject, lead) : [plainSentence(subject, lead)];
  return capital(shorten([...parts, ...circumstances(subject)].filter((part) => part !== "").join(", "), SENTENCE));
}

function anomalySentence(subject: Case, lead: Anomaly): readonly string[] {
  const leads = anomaliesOf(subject.leads);
  const signal = signalOf(lead, subject.signals);
  const burst = leads.length === 1 ? burstOf(lead) : null;
  const total = burst?.value ?? leads.reduce((sum, { actual }) => sum + actual, 0);
  const usual = leads.every(({ expected }) => expected === null)
    ? null
    : leads.reduce((sum, { expected }) => sum + (expected ?? 0), 0);
  const { start, end } = burst?.window ?? subject.window;
  const gpu = acceleratedLaunch(subject);
  const resource = leads.length === 1 ? lead.entity.resource : null;
  const what =
    gpu ??
    deed(subject, lead, total) ??
    `${quantityOf(total, signal, lead.signal, resource)} in ${duration(end - start)}`;
  const compared =
    usual === null ? "never before seen there" : comparison(total, usual, signal?.value.of === "usd-per-hour");
  const newPlace = gpu !== null && isNewRegion(subject, lead.region);
  return [`${what} in ${where(subject)}`, ...(newPlace ? [] : [compared]), ...traces(subject)];
}

/** A part of the count that stands for all of it. */
const BURST = 0.8;

/**
 * The busiest ten minutes, where nearly all of a longer window's count falls into them: that is how people speak of it.
 * The comparison stays with what was expected of the whole window, which is no less.
 */
function burstOf({ peak, window, actual }: Anomaly): Anomaly["peak"] | null {
  const shorter = peak.window.end - peak.window.start < window.end - window.start;
  return shorter && peak.value >= actual * BURST ? peak : null;
}

/** The accounts and regions of the lead itself. */
function where(subject: Case): string {
  return place(leadAccounts(subject), [...new Set(subject.leads.map(({ region }) => region))].slice(0, 3));
}

function leadAccounts(subject: Case): Case["accounts"] {
  const found = subject.accounts.filter(({ id }) => subject.leads.some(({ account }) => account === id));
  return found.length > 0 ? found : subject.accounts;
}

function traces(subject: Case): readonly string[] {
  const others = subject.accounts.length - leadAccounts(subject).length;
  return others > 0 ? [`with traces in ${counted(others, "other account")}`] : [];
}

/** A count of one or two kinds of telling calls is told as what was done: `CloudTrail logging switched off`. */
function deed(subject: Case, lead: Anomaly, total: number): string | null {
  const signal = signalOf(lead, subject.signals);
  const failures = signal?.filter.outcomes?.every((outcome) => outcome !== "success") ?? false;
  if (signal?.value.of !== "events" || failures || subject.facets.actions.length > 2) return null;
  return calledWords(subject, lead, total);
}

/** `GPU instances (8 x p3.16xlarge) launched`: the types say more than the count. */
function acceleratedLaunch(subject: Case): string | null {
  if (!subject.leadTopics.some((topic) => topic === "accelerated" || topic === "launches")) return null;
  if (!isAccelerated(subject.facets.items)) return null;
  const made = thingsMade(subject.facets).filter(({ kind }) => kind === "instances");
  if (made.length === 0 || !made.every(({ item }) => GPU.test(item))) return null;
  const types = listed(
    made.map(({ item, count }) => `${amount(count)} x ${named(item)}`),
    3,
  );
  const one = made.length === 1 && made[0]?.count === 1;
  return `${one ? "GPU instance" : "GPU instances"} (${types}) launched`;
}

/** Families with NVIDIA or AMD graphics processors; Inferentia, Trainium and FPGAs are accelerated, not GPU. */
const GPU = /^(?:p\d|g\d)/;

const isNewRegion = (subject: Case, region: string): boolean =>
  subject.findings.some(
    (finding) => finding.kind === "novelty" && finding.dimension === "region" && finding.value === region,
  );

function plainSentence(subject: Case, lead: Finding): string {
  const at = ` in ${[where(subject), ...traces(subject)].join(", ")}`;
  const count = subject.leads.reduce((sum, { facets }) => sum + facets.events, 0);
  if (lead.kind === "insight") {
    return `CloudTrail Insights saw unusually many ${named(lead.service)}:${named(lead.action)} calls${at}`;
  }
  const called = acceleratedLaunch(subject) ?? calledWords(subject, lead, count);
  if (lead.kind === "policy") {
    const title = isDanger(lead.policy) ? named(lead.title) : `Against the rule "${named(lead.title)}"`;
    return `${called ?? title}${at}`;
  }
  if (lead.kind !== "novelty") return at.trim();
  switch (lead.dimension) {
    case "risky-action":
      return `${called ?? `${named(lead.value)} called`}${at}, never before there`;
    case "region":
      return `Region ${named(lead.value)} used for the first time${at.replace(/ \((.*?), [^()]*\)$/, " ($1)")}`;
    case "service":
      return `Service ${named(lead.value)} used for the first time${at}`;
    case "instance-family":
      return `Instances of family ${named(lead.value)} launched for the first time${at}`;
    case "principal":
      return `${capital(principalWords(lead.value))} acted for the first time${at}`;
    case "network":
      return `Calls from ${named(lead.value)}, a network never seen before,${at}`;
    case "tool":
      return `First use of ${toolOf(lead.value)}${at}`;
    case "cross-account":
      return `A caller from ${named(lead.value)} acted for the first time${at}`;
  }
}

/** What was called, in words; several actions of one finding are named by the most frequent. */
function calledWords(subject: Case, lead: Finding, count: number): string | null {
  const [action] = subject.facets.actions;
  if (!action) return null;
  const words = actionWords(action.value);
  if (words === null) return null;
  const [resource] = lead.facets.resources;
  const [outcome] = lead.facets.outcomes;
  const what =
    resource && lead.facets.resources.length === 1 && count === 1
      ? `${words} (${named(shortName(resource.value), 60)})`
      : words;
  const many = count > 1 && subject.facets.actions.length === 1 ? ` ${amount(count)} times` : "";
  if (outcome && outcome.value !== "success" && lead.facets.outcomes.length === 1) {
    return `Attempt refused: ${what}${many}`;
  }
  return `${what}${many}`;
}

/** Who, and what about it was never seen: at most three parts. */
function circumstances(subject: Case): readonly string[] {
  const parts: string[] = [];
  const [lead] = subject.leads;
  if (lead?.kind === "anomaly" && isNewRegion(subject, lead.region)) parts.push(newRegion(subject));
  const by = who(subject);
  const from = firsts(subject);
  if (by !== "" || from.length > 0) parts.push(...[by, ...from].filter((part) => part !== ""));
  return parts;
}

const newRegion = (subject: Case): string =>
  subject.accounts.length === 1 && subject.accounts[0]
    ? `a region ${accountName(subject.accounts[0])} never used`
    : "a region never used there";

function who(subject: Case): string {
  const { principal, accessKey, facets } = subject;
  const [lead] = subject.leads;
  if (lead?.kind === "novelty" && lead.dimension === "principal") return "";
  if (accessKey !== null && isLongTermKey(accessKey)) {
    const owner = principal === null ? "" : ` of ${principalWords(principal)}`;
    return `with access key ${named(accessKey)}${owner}`;
  }
  if (principal === null) {
    const callers = facets.principals.map(({ value }) => value);
    return callers.length === 0 ? "" : `by ${principalList(callers, 2)}`;
  }
  if (isIdentityCenterRole(principal) && subject.session !== null) {
    return `by ${named(subject.session)} (${principalWords(principal)})`;
  }
  if (isAwsHost(principal)) return `by ${named(principal)}`;
  const behalf = facets.invokedBy[0];
  if (behalf && isAwsService(principal)) return `by ${named(behalf.value)}`;
  const through = behalf && behalf.count >= facets.events / 2 ? ` through ${named(behalf.value)}` : "";
  return `by ${principalWords(principal)}${through}`;
}

function firsts(subject: Case): readonly string[] {
  const dimensions = new Set(
    subject.findings.flatMap((finding) =>
      finding.kind === "novelty" && !told(subject, finding) ? [finding.dimension] : [],
    ),
  );
  if (dimensions.has("network")) return ["from a network never seen before"];
  if (dimensions.has("tool")) return ["with a tool never seen before"];
  return [];
}

/** What the sentence says already. */
const told = ({ lead }: Case, { dimension }: Novelty): boolean =>
  lead.kind === "novelty" && lead.dimension === dimension;
