import { isShortened } from "../documents/long-text.ts";
import { type Asked, type Bucket, search } from "./search.ts";

/** Terms a request. */
const AT_ONCE = 200;

/**
 * The texts that the terms of a field stand for: a term is looked up where it may be short for a long text, in one of the
 * documents that have it.
 */
export async function wholeTexts(
  asked: Asked,
  field: string,
  terms: Iterable<string>,
  /** Where a document holds its long texts. */
  path: "event.long" | "long" = "event.long",
): Promise<(term: string) => string> {
  const short = [...new Set(terms)].filter(isShortened);
  const texts = new Map<string, string>();
  for (let at = 0; at < short.length; at += AT_ONCE) {
    const include = short.slice(at, at + AT_ONCE);
    const { aggregations } = await search(asked, {
      size: 0,
      track_total_hits: false,
      aggs: {
        terms: {
          terms: { field, include, size: include.length },
          aggs: { hit: { top_hits: { size: 1, _source: [path] } } },
        },
      },
    });
    const buckets: readonly Bucket[] = aggregations?.["terms"].buckets ?? [];
    for (const { key, hit } of buckets) {
      const { event, long = event?.long } = hit.hits.hits[0]._source;
      const text = long?.[key];
      if (text !== undefined) texts.set(key, text);
    }
  }
  return (term) => texts.get(term) ?? term;
}
