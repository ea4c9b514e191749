import type { KeySharers, SharedKeyKind } from "#core/ports/event-store.ts";
import { EVENT_FIELDS as F } from "#core/signals/event-fields.ts";
import type { Dsl } from "#core/signals/query-dsl.ts";
import { termOf } from "../documents/long-text.ts";
import { type Asked, compositeBuckets, searchEach, termsSource } from "./search.ts";

const FIELDS: Readonly<Record<SharedKeyKind, string>> = {
  network: F.network,
  session: F.session,
  resource: F.resources,
};

/** Values a request: each is a search. */
const AT_ONCE = 50;
/** Different users that are counted with the first search. */
const FIRST_PAGE = 500;

/**
 * Counts who used each value. `cardinality` estimates, so that the different users are paged through; mostly they are
 * few, and then one search a value answers both counts.
 */
export async function sharersOf(
  asked: Asked,
  kind: SharedKeyKind,
  values: readonly string[],
): Promise<readonly KeySharers[]> {
  const uses = (value: string): Dsl => ({ term: { [FIELDS[kind]]: termOf(value) } });
  const different = [...new Set(values)];
  const sharers: KeySharers[] = [];
  for (let at = 0; at < different.length; at += AT_ONCE) {
    const some = different.slice(at, at + AT_ONCE);
    const answers = await searchEach(
      asked,
      some.map((value) => ({
        size: 0,
        track_total_hits: false,
        query: uses(value),
        aggs: {
          principals: { composite: { size: FIRST_PAGE, sources: [PRINCIPAL] } },
          accessKeys: { composite: { size: FIRST_PAGE, sources: [ACCESS_KEY] } },
        },
      })),
    );
    for (const [position, { aggregations }] of answers.entries()) {
      const value = some[position] as string;
      const count = async (name: "principals" | "accessKeys", source: Dsl): Promise<number> => {
        const first = aggregations?.[name]?.buckets.length ?? 0;
        return first < FIRST_PAGE ? first : countAll(asked, uses(value), source);
      };
      const principals = await count("principals", PRINCIPAL);
      if (principals > 0) sharers.push({ value, principals, accessKeys: await count("accessKeys", ACCESS_KEY) });
    }
  }
  return sharers;
}

const PRINCIPAL = termsSource("user", F.principal);
const ACCESS_KEY = termsSource("user", F.accessKeyId);

async function countAll(asked: Asked, query: Dsl, source: Dsl): Promise<number> {
  let count = 0;
  for await (const _ of compositeBuckets(asked, { query, sources: [source] })) count += 1;
  return count;
}
