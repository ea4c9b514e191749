import { FACET_NAMES, type Facet, type FacetName, type FindingFacets } from "#core/domain/finding.ts";
import { compareText } from "#core/domain/ordering.ts";
import type { EventFacets } from "#core/ports/event-store.ts";
import { EVENT_FIELDS as F, PART_SEPARATOR } from "#core/signals/event-fields.ts";
import type { Dsl } from "#core/signals/query-dsl.ts";
import { OCCURRENCES, occurrencesIn } from "./occurrences.ts";
import { type Asked, type Bucket, compositeBuckets, search, termsSource } from "./search.ts";
import { wholeTexts } from "./whole-texts.ts";

/** Values that a facet names. */
const VALUES = 20;

/** Terms that each shard answers: up to so many different ones, counts are exact at once. */
const TERMS_A_SHARD = 2000;

type CountedFacet = Exclude<FacetName, "items">;

const FIELDS: Readonly<Record<CountedFacet, string>> = {
  principals: F.principal,
  sessions: F.session,
  accessKeys: F.accessKeyId,
  tools: F.tool,
  userAgents: F.userAgent,
  networks: F.network,
  sourceIps: F.sourceIpText,
  invokedBy: F.invokedBy,
  actors: F.actor,
  actions: F.call,
  outcomes: F.outcome,
  errorCodes: F.errorCode,
  regions: F.signalRegion,
  resources: F.resources,
  counterparties: F.counterparties,
  marks: F.marks,
};

const COUNTED = FACET_NAMES.filter((name): name is CountedFacet => name !== "items");

/** What the events that match have in common, exactly: where a shard left terms out, all of them are counted. */
export async function facetsOf(asked: Asked, query: Dsl): Promise<EventFacets> {
  const items = topItems(asked, query);
  items.catch(() => {});
  const answer = await search(asked, {
    ...OCCURRENCES,
    query,
    aggs: {
      ...OCCURRENCES.aggs,
      ...Object.fromEntries(
        COUNTED.map((name) => [name, { terms: { field: FIELDS[name], size: VALUES, shard_size: TERMS_A_SHARD } }]),
      ),
    },
  });
  const { events, ...when } = occurrencesIn(answer);
  const facets: Partial<Record<FacetName, readonly Facet[]>> = { items: await items };
  for (const name of COUNTED) {
    const terms = answer.aggregations?.[name];
    const top: readonly Facet[] =
      terms?.doc_count_error_upper_bound > 0
        ? await topTerms(asked, query, FIELDS[name])
        : (terms?.buckets ?? []).map(({ key, doc_count }: Bucket) => ({ value: key, count: doc_count }));
    facets[name] = await inWords(asked, FIELDS[name], top);
  }
  return { facets: { events, ...facets } as FindingFacets, ...when };
}

async function inWords(asked: Asked, field: string, facets: readonly Facet[]): Promise<readonly Facet[]> {
  const whole = await wholeTexts(
    asked,
    field,
    facets.map(({ value }) => value),
  );
  return facets.map(({ value, count }) => ({ value: whole(value), count })).sort(byCount);
}

async function topTerms(asked: Asked, query: Dsl, field: string): Promise<readonly Facet[]> {
  const top = new Top();
  for await (const { key, doc_count } of compositeBuckets(asked, { query, sources: [termsSource("value", field)] })) {
    top.add({ value: key.value, count: doc_count });
  }
  return top.values();
}

/** Each item with each of its amounts is a term: its events times its amount, added up. */
async function topItems(asked: Asked, query: Dsl): Promise<readonly Facet[]> {
  const terms: Facet[] = [];
  for await (const { key, doc_count } of compositeBuckets(asked, {
    query,
    sources: [termsSource("value", F.itemAmounts)],
  })) {
    terms.push({ value: key.value, count: doc_count });
  }
  const amounts = new Map<string, number>();
  for (const { value, count } of await inWords(asked, F.itemAmounts, terms)) {
    const [item, amount] = value.split(PART_SEPARATOR) as [string, string];
    amounts.set(item, (amounts.get(item) ?? 0) + Number(amount) * count);
  }
  const top = new Top();
  for (const [value, count] of amounts) top.add({ value, count });
  return top.values();
}

const byCount = (a: Facet, b: Facet): number => b.count - a.count || compareText(a.value, b.value);

/** The most frequent values, equally frequent ones in the order of texts; the rest is forgotten on the way. */
class Top {
  #kept: Facet[] = [];

  add(facet: Facet): void {
    this.#kept.push(facet);
    if (this.#kept.length >= 50 * VALUES) this.#kept = [...this.values()];
  }

  values(): readonly Facet[] {
    return this.#kept.sort(byCount).slice(0, VALUES);
  }
}
