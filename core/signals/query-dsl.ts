import type { EventFilter, Signal } from "../domain/signal.ts";
import type { EpochMs } from "../domain/time.ts";
import { QUANTITY_CHANGES, QUANTITY_KINDS } from "../domain/usage-event.ts";
import { amountField, doubledNanosField, EVENT_FIELDS as F } from "./event-fields.ts";

/**
 * A part of a request in the query DSL of OpenSearch, to be sent as JSON. Names of fields in it are our own; what was
 * logged or asked for stands in it as values only.
 */
export type Dsl = Readonly<Record<string, unknown>>;

const EVERYTHING: Dsl = { match_all: {} };
const NOTHING: Dsl = { match_none: {} };

/** All of them must hold; none of them is scored. */
export const allOf = (clauses: readonly Dsl[]): Dsl => {
  const [only, another] = clauses;
  return only === undefined ? EVERYTHING : another === undefined ? only : { bool: { filter: clauses } };
};

export const anyOf = (clauses: readonly Dsl[]): Dsl => {
  const [only, another] = clauses;
  if (only === undefined) return NOTHING;
  return another === undefined ? only : { bool: { should: clauses, minimum_should_match: 1 } };
};

/** The field has one of these values; nothing matches an empty list. */
export const oneOf = (field: string, values: readonly string[]): Dsl =>
  values.length === 0 ? NOTHING : { terms: { [field]: values } };

const exists = (field: string): Dsl => ({ exists: { field } });

const COUNTED: Dsl = { term: { [F.counted]: true } };
const UNPRICED: Dsl = { term: { [F.unpriced]: true } };

/** What {@link matchesFilter} means, as a clause about an event's document. */
export function filterQuery(filter: EventFilter): Dsl {
  const clauses: Dsl[] = [];
  if (filter.actions) clauses.push(oneOf(F.call, filter.actions));
  if (filter.services) clauses.push(oneOf(F.service, filter.services));
  if (filter.outcomes) clauses.push(oneOf(F.outcome, filter.outcomes));
  if (filter.readOnly !== undefined) clauses.push({ term: { [F.readOnly]: filter.readOnly } });
  if (filter.marks) clauses.push(oneOf(F.marks, filter.marks));
  if (filter.quantities || filter.quantityChange) clauses.push(hasQuantity(filter));
  return allOf(clauses);
}

function hasQuantity({ quantities, quantityChange }: EventFilter): Dsl {
  const kinds = quantities ?? QUANTITY_KINDS;
  const changes = quantityChange ? [quantityChange] : QUANTITY_CHANGES;
  return anyOf(kinds.flatMap((kind) => changes.map((change) => exists(amountField(kind, change)))));
}

/** A key of a {@link RollupScan}: what {@link RollupScan.sources} are named. */
export interface RollupKey {
  readonly account: string;
  readonly region: string;
  readonly principal?: string;
  readonly resource?: string;
  readonly bucket: EpochMs;
}

/**
 * Signals that are counted per the same thing, as one composite aggregation, however many they are. A bucket of the
 * answer is one entity and one interval; {@link countsOf} reads the signals' counts from it.
 */
export interface RollupScan {
  readonly signals: readonly Signal[];
  /** The events that at least one of the signals counts. */
  readonly query: Dsl;
  /** Of the composite aggregation: account, region, then what else signals are counted per, and the interval. */
  readonly sources: readonly Dsl[];
  /** Below the composite aggregation: one filter for each signal. */
  readonly aggregations: Dsl;
}

/** One scan for each of region, principal and resource that signals are counted per. */
export function rollupScans(signals: readonly Signal[], bucket: EpochMs): readonly RollupScan[] {
  const groups = new Map<Signal["per"], Signal[]>();
  for (const signal of signals) groups.set(signal.per, [...(groups.get(signal.per) ?? []), signal]);
  return [...groups].map(([per, group]) => ({
    signals: group,
    query: allOf([COUNTED, anyOf(group.map(conditionOf))]),
    sources: [
      terms("account", F.account),
      terms("region", F.signalRegion),
      ...(per === "region" ? [] : [terms(per, F[per])]),
      { bucket: { date_histogram: { field: F.time, fixed_interval: `${bucket}ms` } } },
    ],
    aggregations: Object.fromEntries(group.map((signal, at) => [`s${at}`, countOf(signal)])),
  }));
}

const terms = (name: keyof RollupKey, field: string): Dsl => ({ [name]: { terms: { field } } });

/** The events that the signal counts or adds up. One that names no resource is in no bucket per resource. */
function conditionOf(signal: Signal): Dsl {
  const filter = filterQuery(signal.filter);
  const summed = summedField(signal);
  if (summed !== null) return allOf([exists(summed), filter]);
  return signal.value.of === "unpriced-events" ? allOf([UNPRICED, filter]) : filter;
}

function countOf(signal: Signal): Dsl {
  const summed = summedField(signal);
  return { filter: conditionOf(signal), ...(summed === null ? {} : { aggs: { sum: { sum: { field: summed } } } }) };
}

/** `null` where events are counted. */
function summedField({ value }: Signal): string | null {
  switch (value.of) {
    case "quantity":
      return amountField(value.kind, value.change);
    case "usd-per-hour":
      return doubledNanosField(value.change);
    case "events":
    case "unpriced-events":
      return null;
  }
}

const NANOS_OF_DOUBLED_USD = 2_000_000_000;

/** The signals' counts in one bucket of the answer, in the order of {@link RollupScan.signals}; zeros too. */
export function countsOf(scan: RollupScan, bucket: Readonly<Record<string, unknown>>): readonly number[] {
  return scan.signals.map((signal, at) => {
    const { doc_count, sum } = bucket[`s${at}`] as { doc_count: number; sum?: { value: number } };
    if (!sum) return doc_count;
    return signal.value.of === "usd-per-hour" ? sum.value / NANOS_OF_DOUBLED_USD : sum.value;
  });
}
