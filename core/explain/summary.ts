import type { Anomaly, Finding } from "../domain/finding.ts";
import { isAwsHost, isAwsService } from "../incidents/actors.ts";
import { amount, counted, duration, listed } from "../messages/format.ts";
import { accountName, place } from "../messages/phrases.ts";
import { isLongTermKey, principalWords } from "../messages/principal.ts";
import { named, shorten } from "../messages/visible.ts";
import { actionWords } from "./action-words.ts";
import { anomaliesOf, type Case, signalOf } from "./case.ts";
import { capital } from "./facts-of-findings.ts";
import { isAccelerated, thingsMade } from "./facts-of-things.ts";
import { comparison, quantityOf, shortName } from "./statements.ts";
import { isDanger } from "./topics.ts";

/** Longest sentence; ends of long names give way first (see NAME_LIMIT). */
const SENTENCE = 400;

/** One sentence: what, where, against what is usual, by whom, and the one circumstance that makes it telling. */
export function summarise(subject: Case): string {
  const { lead } = subject;
  const parts = lead.kind === "anomaly" ? anomalySentence(subject, lead) : [plainSentence(subject, lead)];
  return capital(shorten([...parts, ...circumstances(subject)].filter((part) => part !== "").join(", "), SENTENCE));
}

function anomalySentence(subject: Case, lead: Anomaly): readonly string[] {
  const leads = anomaliesOf(subject.leads);
  const total = leads.reduce((sum, { actual }) => sum + actual, 0);
  const usual = leads.every(({ expected }) => expected === null)
    ? null
    : leads.reduce((sum, { expected }) => sum + (expected ?? 0), 0);
  const signal = signalOf(lead, subject.signals);
  const resource = leads.length === 1 ? lead.entity.resource : null;
  const what =
    acceleratedLaunch(subject, lead) ??
    deed(subject, lead, total) ??
    `${quantityOf(total, signal, lead.signal, resource)} in ${duration(subject.window.end - subject.window.start)}`;
  const accounts = subject.accounts.filter(({ id }) => leads.some(({ account }) => account === id));
  const regions = [...new Set(leads.map(({ region }) => region))];
  const where = ` in ${place(accounts.length > 0 ? accounts : subject.accounts, regions)}`;
  const compared =
    usual === null ? "never before seen there" : comparison(total, usual, signal?.value.of === "usd-per-hour");
  const others = subject.accounts.length - accounts.length;
  const more = others > 0 && accounts.length > 0 ? [`with traces in ${counted(others, "other account")}`] : [];
  const launchedNew = acceleratedLaunch(subject, lead) !== null && isNewRegion(subject, lead.region);
  return [`${what}${where}`, ...(launchedNew ? [] : [compared]), ...more];
}

/** A count of one or two kinds of telling calls is told as what was done: `CloudTrail logging switched off`. */
function deed(subject: Case, lead: Anomaly, total: number): string | null {
  const signal = signalOf(lead, subject.signals);
  const failures = signal?.filter.outcomes?.every((outcome) => outcome !== "success") ?? false;
  if (signal?.value.of !== "events" || failures || subject.facets.actions.length > 2) return null;
  return calledWords(subject, lead, total);
}

/** `GPU instances (8 x p3.16xlarge) launched`: the types say more than the count. */
function acceleratedLaunch(subject: Case, lead: Anomaly): string | null {
  const signal = signalOf(lead, subject.signals);
  if (signal?.value.of !== "quantity" || signal.value.change !== "added") return null;
  if (signal.value.kind !== "accelerated-instances" && signal.value.kind !== "instances") return null;
  if (!isAccelerated(subject.facets.items)) return null;
  const made = thingsMade(subject.facets).filter(({ kind }) => kind === "instances");
  const only = made.every(({ item }) => GPU.test(item));
  if (made.length === 0 || !only) return null;
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
  const regions = subject.draft.regions.length > 2 ? [] : subject.draft.regions;
  const where = ` in ${place(subject.accounts, regions)}`;
  const count = subject.leads.reduce((sum, { facets }) => sum + facets.events, 0);
  if (lead.kind === "insight") {
    return `CloudTrail Insights saw unusually many ${named(lead.service)}:${named(lead.action)} calls${where}`;
  }
  const called = calledWords(subject, lead, count);
  if (lead.kind === "policy") {
    const title = isDanger(lead.policy) ? named(lead.title) : `Against the rule "${named(lead.title)}"`;
    return `${called ?? title}${where}`;
  }
  if (lead.kind !== "novelty") return where.trim();
  switch (lead.dimension) {
    case "risky-action":
      return `${called ?? `${named(lead.value)} called`}${where}, never before there`;
    case "region":
      return `Region ${named(lead.value)} used for the first time${where.replace(/ \((.*?), [^()]*\)$/, " ($1)")}`;
    case "service":
      return `Service ${named(lead.value)} used for the first time${where}`;
    case "instance-family":
      return `Instances of family ${named(lead.value)} launched for the first time${where}`;
    case "principal":
      return `${capital(principalWords(lead.value))} acted for the first time${where}`;
    case "network":
      return `Calls from ${named(lead.value)}, a network never seen before,${where}`;
    case "tool":
      return `A tool never seen before (${named(lead.value)})${where}`;
    case "cross-account":
      return `A caller from ${named(lead.value)} acted for the first time${where}`;
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
  if (principal === null)
    return facets.principals.length > 1 ? `by ${counted(facets.principals.length, "caller")}` : "";
  if (isAwsHost(principal)) return `by ${named(principal)}`;
  const behalf = facets.invokedBy[0];
  if (behalf && isAwsService(principal)) return `by ${named(behalf.value)}`;
  const through = behalf && behalf.count >= facets.events / 2 ? ` through ${named(behalf.value)}` : "";
  return `by ${principalWords(principal)}${through}`;
}

function firsts(subject: Case): readonly string[] {
  const dimensions = new Set(
    subject.findings.flatMap((finding) =>
      finding.kind === "novelty" && finding !== subject.lead ? [finding.dimension] : [],
    ),
  );
  if (dimensions.has("network")) return ["from a network never seen before"];
  if (dimensions.has("tool")) return ["with a tool never seen before"];
  return [];
}
