import { type Finding, type FindingFacets, type PolicyViolation, severityRank } from "../domain/finding.ts";
import type { QuantityChange, QuantityKind } from "../domain/usage-event.ts";
import { mergeFacets } from "../incidents/facets.ts";
import { listed } from "../messages/format.ts";
import { quantityOf } from "../messages/quantity.ts";
import { named } from "../messages/visible.ts";
import { actionWords, countedWords } from "./action-words.ts";
import { type Case, signalOf } from "./case.ts";
import type { CaseEvents } from "./inquiry.ts";
import { isDanger, prominence, type Topic, topicsOf } from "./topics.ts";

/** One thing that was done, as a headline names it among others: `administrator rights given`. */
export interface Deed {
  readonly words: string;
  /** One of the built-in dangers, apart from what is only much. */
  readonly danger: boolean;
  readonly accounts: ReadonlySet<string>;
  readonly weight: number;
}

/**
 * What was done in all, the gravest first: each danger once for all accounts, what departed in number, and what was
 * started besides.
 */
export function deedsOf(subject: Case, events: CaseEvents): readonly Deed[] {
  const dangers = dangersOf(subject);
  const told = new Set(subject.findings.filter(isToldDanger).flatMap((finding) => topicsOf(finding, undefined)));
  const amounts = amountsOf(subject, events).filter(({ topic }) => topic === undefined || !told.has(topic));
  const deeds = [...dangers, ...amounts, ...startedBesides(subject, events, amounts)];
  return deeds
    .sort((a, b) => b.weight - a.weight)
    .filter(({ words }, at, all) => all.findIndex((other) => other.words === words) === at);
}

const isToldDanger = (finding: Finding): finding is PolicyViolation =>
  finding.kind === "policy" && isDanger(finding.policy) && finding.severity !== "info";

/** Of dangers whose action's name says less than what it means, or which an amount tells better. */
const MEANING: Readonly<Record<string, string | null>> = {
  "danger/admin-granted": "administrator rights given",
  "danger/shared-outside": "an account outside the organization given access",
  "danger/public": "something made public",
  "danger/open-port": "a port opened to the world",
  "danger/many-shells": "shells opened on several machines",
  "danger/shell": "a shell opened on a machine",
  "danger/secrets-sweep": null,
  "danger/parameters-sweep": null,
  "danger/accelerated-launch": null,
  "danger/never-freed": null,
};

/** Dangers of which every action is a deed by itself. */
const EACH_ACTION: ReadonlySet<string> = new Set(["danger/audit-log-off", "danger/guardrail-off"]);

function dangersOf(subject: Case): readonly Deed[] {
  const byPolicy = new Map<string, PolicyViolation[]>();
  for (const finding of subject.findings) {
    if (!isToldDanger(finding)) continue;
    byPolicy.set(finding.policy, [...(byPolicy.get(finding.policy) ?? []), finding]);
  }
  return [...byPolicy].flatMap(([policy, findings]) => {
    const words = policy === "danger/shell" && byPolicy.has("danger/many-shells") ? [] : dangerWords(policy, findings);
    const accounts = new Set(findings.map(({ account }) => account));
    const weight = Math.max(...findings.map((finding) => weightOf(finding, subject)));
    return words.map((one) => ({ words: one, danger: true, accounts, weight }));
  });
}

function dangerWords(policy: string, findings: readonly PolicyViolation[]): readonly string[] {
  const facets = mergeFacets(findings.map((finding) => finding.facets));
  if (refused(facets)) return [];
  const meaning = MEANING[policy];
  if (meaning !== undefined) return meaning === null ? [] : [meaning];
  // which of the actions is which is not said of guardrails: several of one kind are one deed
  const known = facets.actions.flatMap(
    ({ value, count }) => (EACH_ACTION.has(policy) ? actionWords(value) : countedWords(value, count)) ?? [],
  );
  const whole = known.length === facets.actions.length;
  if (EACH_ACTION.has(policy) && known.length > 0) return known;
  const title = findings[0]?.title ?? policy;
  return whole && known.length === 1 ? known : [`${title.charAt(0).toLowerCase()}${title.slice(1)}`];
}

/** What was only tried is told by the sentence that says so. */
const refused = ({ outcomes }: FindingFacets): boolean => outcomes.every(({ value }) => value !== "success");

interface AmountDeed extends Deed {
  readonly topic: Topic | undefined;
  readonly kind: QuantityKind | null;
}

/** Departures in number, each quantity once: an entity and its principals count the same calls. */
function amountsOf(subject: Case, { list }: CaseEvents): readonly AmountDeed[] {
  const byUnit = new Map<string, { readonly largest: Map<string, number>; readonly findings: Finding[] }>();
  for (const finding of subject.findings) {
    const signal = signalOf(finding, subject.signals);
    if (finding.kind !== "anomaly" || !signal || finding.direction === "drop" || finding.severity === "info") continue;
    if (signal.value.of !== "quantity" || REPEATED.has(signal.value.kind)) continue;
    const group = byUnit.get(signal.unit) ?? { largest: new Map<string, number>(), findings: [] };
    const place = `${finding.account} ${finding.region}`;
    group.largest.set(place, Math.max(group.largest.get(place) ?? 0, finding.actual));
    group.findings.push(finding);
    byUnit.set(signal.unit, group);
  }
  return [...byUnit.values()].flatMap(({ largest, findings }) => {
    const [first] = findings;
    const signal = first && signalOf(first, subject.signals);
    if (!first || signal?.value.of !== "quantity") return [];
    const { kind, change } = signal.value;
    // below what departs by itself in one account, it may still belong to what was done in all of them
    const total =
      list.length >= subject.draft.eventCount
        ? addedUp(list, kind, change)
        : [...largest.values()].reduce((sum, value) => sum + value, 0);
    return [
      {
        words: quantityOf(total, signal, signal.id),
        danger: false,
        accounts: new Set(findings.map(({ account }) => account)),
        weight: Math.max(...findings.map((finding) => weightOf(finding, subject))),
        topic: topicsOf(first, signal)[0],
        kind,
      },
    ];
  });
}

const addedUp = (events: CaseEvents["list"], kind: QuantityKind, change: QuantityChange): number =>
  events
    .filter(({ outcome }) => outcome === "success")
    .flatMap(({ quantities }) => quantities)
    .reduce((sum, quantity) => (quantity.kind === kind && quantity.change === change ? sum + quantity.amount : sum), 0);

/** Counted a second time, as another quantity. */
const REPEATED: ReadonlySet<QuantityKind> = new Set(["volume-gib", "accelerated-instances", "function-invocations"]);

/** What keeps costing, too little of it to depart by itself. */
const STARTED: readonly QuantityKind[] = ["instances", "db-instances", "ml-instances", "nat-gateways", "volumes"];

function startedBesides(subject: Case, { list }: CaseEvents, amounts: readonly AmountDeed[]): readonly Deed[] {
  return STARTED.flatMap((kind) => {
    if (amounts.some((deed) => deed.kind === kind)) return [];
    const events = list.filter(({ outcome }) => outcome === "success");
    const made = events.flatMap((event) =>
      event.quantities.flatMap((quantity) =>
        quantity.kind === kind && quantity.change === "added" ? [{ event, amount: quantity.amount }] : [],
      ),
    );
    const signal = [...subject.signals.values()].find(
      ({ value, per }) =>
        value.of === "quantity" && value.kind === kind && value.change === "added" && per === "region",
    );
    const total = made.reduce((sum, one) => sum + one.amount, 0);
    if (total === 0 || !signal) return [];
    const accounts = new Set(made.map(({ event }) => event.account));
    return [{ words: quantityOf(total, signal, kind), danger: false, accounts, weight: 0 }];
  });
}

const weightOf = (finding: Finding, subject: Case): number =>
  prominence(finding, signalOf(finding, subject.signals), severityRank(finding.severity));

/** `administrator rights given, an access key created and 2 more`. */
export const deedWords = (deeds: readonly Deed[], limit: number): string =>
  listed(
    deeds.map(({ words }) => named(words, 80)),
    limit,
  );
