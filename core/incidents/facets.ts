import { FACET_NAMES, type Facet, type FacetName, type FindingFacets } from "../domain/finding.ts";
import { compareText } from "../domain/ordering.ts";
import type { Outcome, UsageEvent } from "../domain/usage-event.ts";
import { signalRegion } from "../domain/usage-event.ts";

/** Values shown per facet, as the stores answer. */
const VALUES = 20;

/** Distinct values counted per facet; beyond it new values are left out, so that a sweep over millions of names stays small. */
const COUNTED = 5000;

type Counts = Record<FacetName, Map<string, number>>;

const emptyCounts = (): Counts => Object.fromEntries(FACET_NAMES.map((name) => [name, new Map()])) as Counts;

/** Counts what events have in common, one event at a time. */
export class FacetCounter {
  #events = 0;
  readonly #counts = emptyCounts();

  get events(): number {
    return this.#events;
  }

  add(event: UsageEvent): void {
    this.#events += 1;
    const { principal, origin } = event;
    this.#count("principals", principal.id);
    this.#count("sessions", principal.session);
    this.#count("accessKeys", principal.accessKeyId);
    this.#count("tools", origin.tool);
    this.#count("userAgents", origin.userAgent);
    this.#count("networks", origin.network);
    this.#count("sourceIps", origin.sourceIp);
    this.#count("invokedBy", origin.invokedBy);
    this.#count("actors", origin.actor);
    this.#count("actions", `${event.service}:${event.action}`);
    this.#count("outcomes", event.outcome);
    this.#count("errorCodes", event.errorCode);
    this.#count("regions", signalRegion(event.service, event.region));
    for (const resource of event.resources) this.#count("resources", resource);
    for (const quantity of event.quantities) {
      this.#count(
        "items",
        quantity.item === null ? quantity.kind : `${quantity.kind} ${quantity.item}`,
        quantity.amount,
      );
    }
    for (const counterparty of event.counterparties) this.#count("counterparties", counterparty);
    for (const mark of event.marks) this.#count("marks", mark);
  }

  /** Distinct values of a facet so far. */
  distinct(name: FacetName): number {
    return this.#counts[name].size;
  }

  result(): FindingFacets {
    return toFacets(this.#events, this.#counts);
  }

  #count(name: FacetName, value: string | null, amount = 1): void {
    if (value === null) return;
    const counts = this.#counts[name];
    const before = counts.get(value);
    if (before === undefined && counts.size >= COUNTED) return;
    counts.set(value, (before ?? 0) + amount);
  }
}

export function facetsOf(events: Iterable<UsageEvent>): FindingFacets {
  const counter = new FacetCounter();
  for (const event of events) counter.add(event);
  return counter.result();
}

/** Facets of several findings together. Findings may count the same event, so counts are upper bounds; shares remain comparable. */
export function mergeFacets(all: readonly FindingFacets[]): FindingFacets {
  const counts = emptyCounts();
  let events = 0;
  for (const facets of all) {
    events += facets.events;
    for (const name of FACET_NAMES) {
      for (const { value, count } of facets[name]) counts[name].set(value, (counts[name].get(value) ?? 0) + count);
    }
  }
  return toFacets(events, counts);
}

function toFacets(events: number, counts: Counts): FindingFacets {
  const facet = (name: FacetName): readonly Facet[] =>
    [...counts[name]]
      .map(([value, count]) => ({ value, count }))
      .sort((a, b) => b.count - a.count || compareText(a.value, b.value))
      .slice(0, VALUES);
  return {
    events,
    principals: facet("principals"),
    sessions: facet("sessions"),
    accessKeys: facet("accessKeys"),
    tools: facet("tools"),
    userAgents: facet("userAgents"),
    networks: facet("networks"),
    sourceIps: facet("sourceIps"),
    invokedBy: facet("invokedBy"),
    actors: facet("actors"),
    actions: facet("actions"),
    outcomes: facet("outcomes") as readonly (Facet & { readonly value: Outcome })[],
    errorCodes: facet("errorCodes"),
    regions: facet("regions"),
    resources: facet("resources"),
    items: facet("items"),
    counterparties: facet("counterparties"),
    marks: facet("marks"),
  };
}

export const EMPTY_FACETS: FindingFacets = toFacets(0, emptyCounts());

/** 0..1: the part of the finding's events that carries the value. */
export const shareOf = (facets: FindingFacets, name: FacetName, value: string): number =>
  facets.events === 0 ? 0 : (facets[name].find((facet) => facet.value === value)?.count ?? 0) / facets.events;

/** Values that carry at least `share` of the finding's events, most frequent first. */
export const dominant = (facets: FindingFacets, name: FacetName, share: number): readonly string[] =>
  facets[name].filter(({ count }) => facets.events > 0 && count / facets.events >= share).map(({ value }) => value);

export const has = (facets: FindingFacets, name: FacetName, value: string): boolean =>
  facets[name].some((facet) => facet.value === value);
