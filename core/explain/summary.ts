import type { AccountContext } from "../domain/account.ts";
import type { Anomaly, Finding, Novelty } from "../domain/finding.ts";
import { MINUTE } from "../domain/time.ts";
import { amount, counted as countOf, duration, listed } from "../messages/format.ts";
import { accountName, place } from "../messages/phrases.ts";
import { principalWords } from "../messages/principal.ts";
import { quantityOf } from "../messages/quantity.ts";
import { named, shorten } from "../messages/visible.ts";
import { countedWords } from "./action-words.ts";
import { actorOf, callerWords } from "./actor.ts";
import { anomaliesOf, type Case, signalOf } from "./case.ts";
import { compared } from "./compare.ts";
import { type Deed, deedsOf, deedWords } from "./deeds.ts";
import { capital, toolOf } from "./facts-of-findings.ts";
import { isAccelerated, thingsMade } from "./facts-of-things.ts";
import type { CaseEvents } from "./inquiry.ts";
import type { Measure } from "./measure.ts";
import { comparison, shortName, windowLength } from "./statements.ts";
import { isDanger } from "./topics.ts";

/** Longest sentence; ends of long names give way first (see visible.ts). */
const SENTENCE = 400;

/** Deeds named in a sentence. */
const DEEDS = 5;

/** One sentence: what, where, against what is usual, by whom, and the one circumstance that makes it telling. */
export function summarise(subject: Case, measure: Measure | null, events: CaseEvents): string {
  const deeds = deedsOf(subject, events);
  const parts = acrossAccounts(subject, deeds) ?? inOnePlace(subject, measure, events, deeds);
  const sentence = parts.filter((part) => part !== "").join(", ");
  return capital(shorten(`${sentence}${besides(subject, deeds)}`, SENTENCE));
}

/** What one caller did in several accounts: the caller leads, as it is what they have in common. */
function acrossAccounts(subject: Case, deeds: readonly Deed[]): readonly string[] | null {
  const touched = new Set(deeds.flatMap(({ accounts }) => [...accounts]));
  const accounts = subject.accounts.filter(({ id }) => touched.has(id));
  const actor = actorOf(subject);
  if (accounts.length < 2 || actor === null || !deeds.some(({ danger }) => danger)) return null;
  const from = firsts(subject)
    .map((first) => ` ${first}`)
    .join("");
  const what = deedWords(deeds, DEEDS);
  return [`${actor} used in ${place(accounts, [])}${from}: ${what}`, ...traces(subject, accounts)];
}

function inOnePlace(
  subject: Case,
  measure: Measure | null,
  events: CaseEvents,
  deeds: readonly Deed[],
): readonly string[] {
  const { lead } = subject;
  const dangers = deeds.filter(({ danger }) => danger);
  const several = deeds.length > 1 && dangers.length > 0 && lead.kind !== "insight";
  const what =
    several && !leadsWithNumber(lead, subject)
      ? [`${deedWords(deeds, DEEDS)} in ${everywhere(subject)}`, ...traces(subject, leadAccounts(subject))]
      : lead.kind === "anomaly"
        ? anomalySentence(subject, lead, measure, events)
        : [plainSentence(subject, lead)];
  return [...what, ...circumstances(subject)];
}

/** GPU instances are named whoever finds them. */
const leadsWithNumber = (lead: Finding, subject: Case): boolean =>
  isNumber(lead, subject) || acceleratedLaunch(subject) !== null;

/** Whether a number says it best. Counts of dangerous calls are said better by what these calls are. */
function isNumber(lead: Finding, subject: Case): boolean {
  const signal = signalOf(lead, subject.signals);
  return signal !== undefined && !(signal.value.of === "events" && signal.filter.marks !== undefined);
}

/** Dangers besides the number that leads. */
function besides(subject: Case, deeds: readonly Deed[]): string {
  const dangers = deeds.filter(({ danger }) => danger);
  return leadsWithNumber(subject.lead, subject) && dangers.length > 0 && subject.accounts.length === 1
    ? `; also ${deedWords(dangers, 2)}`
    : "";
}

function anomalySentence(subject: Case, lead: Anomaly, measure: Measure | null, events: CaseEvents): readonly string[] {
  const signal = signalOf(lead, subject.signals);
  const total = measure?.total ?? anomaliesOf(subject.leads).reduce((sum, { actual }) => sum + actual, 0);
  const gpu = acceleratedLaunch(subject);
  const resource = subject.leads.length === 1 ? lead.entity.resource : null;
  const what =
    gpu ??
    deed(subject, lead, total) ??
    `${quantityOf(total, signal, lead.signal, resource)}${measure ? withIt(subject, measure, events) : ""}${spanWords(subject, measure)}`;
  const against = measure ? compared(subject, measure) : comparison(total, lead.expected);
  const newPlace = gpu !== null && isNewRegion(subject, lead.region);
  return [`${what} in ${where(subject)}`, ...(newPlace ? [] : [against]), ...traces(subject, leadAccounts(subject))];
}

/** ` in 10 minutes`; ` in one call`, where one call made many. */
function spanWords({ leads }: Case, measure: Measure | null): string {
  if (measure === null) return leads[0] ? ` in ${windowLength(leads[0].window)}` : "";
  if (measure.events.length === 1) return measure.total === 1 ? "" : " in one call";
  return ` in ${duration(measure.length)}`;
}

/** What goes with the number by its nature: how large the volumes are, how many parameters besides the secrets. */
function withIt(subject: Case, { events: counted, window, caller }: Measure, { list }: CaseEvents): string {
  const value = signalOf(subject.lead, subject.signals)?.value;
  const [first] = counted;
  if (!first || value?.of !== "quantity") return "";
  const kind = value.kind === "volumes" ? "volume-gib" : value.kind === "secrets-read" ? "parameters-read" : null;
  if (kind === null) return "";
  const total = list
    .filter(
      ({ time, account, principal, outcome }) =>
        outcome === "success" &&
        time >= window.start - 5 * MINUTE &&
        time < window.end + 5 * MINUTE &&
        account === first.account &&
        (caller === null || principal.id === caller),
    )
    .flatMap(({ quantities }) => quantities)
    .reduce(
      (sum, quantity) => (quantity.kind === kind && quantity.change === value.change ? sum + quantity.amount : sum),
      0,
    );
  if (total === 0) return "";
  return kind === "volume-gib" ? ` (${amount(total)} GiB)` : ` (and ${countOf(total, "parameter")})`;
}

/** The accounts and regions of the lead itself. */
function where(subject: Case): string {
  return place(leadAccounts(subject), [...new Set(subject.leads.map(({ region }) => region))].slice(0, 3));
}

function leadAccounts(subject: Case): Case["accounts"] {
  const found = subject.accounts.filter(({ id }) => subject.leads.some(({ account }) => account === id));
  return found.length > 0 ? found : subject.accounts;
}

/** All places of the incident, `global` left out where there is another. */
function everywhere(subject: Case): string {
  const regions = [...new Set(subject.findings.map(({ region }) => region))].filter((region) => region !== "*");
  const local = regions.filter((region) => region !== "global");
  return place(leadAccounts(subject), (local.length > 0 ? local : regions).slice(0, 3));
}

function traces(subject: Case, told: readonly AccountContext[]): readonly string[] {
  const [other, another] = subject.accounts.filter((account) => !told.includes(account));
  if (!other) return [];
  return [
    `with traces in ${another ? countOf(subject.accounts.length - told.length, "other account") : accountName(other)}`,
  ];
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
  const at = ` in ${[where(subject), ...traces(subject, leadAccounts(subject))].join(", ")}`;
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

/** For whom it was done, which the action's name does not tell. */
const FOR_WHOM: Readonly<Record<string, string>> = {
  "danger/shared-outside": " for an account outside the organization",
  "danger/public": " for everyone",
  "danger/open-port": " to the world",
};

/** What was called, in words; several actions of one finding are named by the most frequent. */
function calledWords(subject: Case, lead: Finding, count: number): string | null {
  const { actions } = subject.facets;
  const [action, another] = actions;
  const words = action ? countedWords(action.value, another ? 1 : count) : null;
  const refused = refusal(lead);
  if (words === null) return refused === null || lead.kind !== "policy" ? null : `${refused}: ${named(lead.title)}`;
  const [resource] = lead.facets.resources;
  const what =
    resource && lead.facets.resources.length === 1 && count === 1
      ? `${words} (${named(shortName(resource.value), 60)})`
      : words;
  const whom = lead.kind === "policy" ? (FOR_WHOM[lead.policy] ?? "") : "";
  return refused === null ? `${what}${whom}` : `${refused}: ${what}${whom}`;
}

/** Of calls that all came to nothing. */
function refusal({ facets: { outcomes } }: Finding): string | null {
  const [outcome, another] = outcomes;
  if (!outcome || outcome.value === "success") return null;
  if (outcomes.some(({ value }) => value === "success")) return null;
  return outcome.value === "denied" || another ? "Attempt refused" : "Attempt failed";
}

/** Who, and what about it was never seen: at most three parts. */
function circumstances(subject: Case): readonly string[] {
  const parts: string[] = [];
  const [lead] = subject.leads;
  const launched = lead?.kind === "anomaly" || acceleratedLaunch(subject) !== null;
  if (lead && launched && isNewRegion(subject, lead.region)) parts.push(newRegion(subject));
  const by = callerWords(subject);
  const from = firsts(subject);
  if (by !== "" || from.length > 0) parts.push(...[by, ...from].filter((part) => part !== ""));
  return parts;
}

const newRegion = (subject: Case): string =>
  subject.accounts.length === 1 && subject.accounts[0]
    ? `a region ${accountName(subject.accounts[0])} never used`
    : "a region never used there";

function firsts(subject: Case): readonly string[] {
  const dimensions = new Set(
    subject.findings.flatMap((finding) =>
      finding.kind === "novelty" && !told(subject, finding) && isTelling(finding) ? [finding.dimension] : [],
    ),
  );
  if (dimensions.has("network")) return ["from a network never seen before"];
  if (dimensions.has("tool")) return ["with a tool never seen before"];
  return [];
}

/** Applications change their libraries; a tool made for attacks is another matter. */
const isTelling = ({ dimension, severity }: Novelty): boolean => dimension !== "tool" || severity !== "info";

/** What the sentence says already. */
const told = ({ lead }: Case, { dimension }: Novelty): boolean =>
  lead.kind === "novelty" && lead.dimension === dimension;
