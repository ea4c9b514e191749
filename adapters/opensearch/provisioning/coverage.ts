import { DAY } from "#core/domain/time.ts";
import type { Context } from "./context.ts";
import { type ForestMemory, readForestMemory } from "./forest-memory.ts";

/** Which entities the forest looks at. */
export interface Coverage {
  readonly memory: ForestMemory;
  /** Entities that did anything lately. */
  readonly active: number;
  /** The quietest of them, which do not fit; sorted. A newcomer is in no list, and so is looked at. */
  readonly excluded: readonly string[];
}

/** Roll-ups are written this long after an entity's last count. */
const LATELY = 14 * DAY;
const PAGE = 1000;
const EXACT_UP_TO = 40_000;

/**
 * The busiest entities fit: those with a count above zero in the most buckets of the last two weeks. `null` where the
 * cluster does not say how much memory it has.
 */
export async function readCoverage(context: Context): Promise<Coverage | null> {
  const memory = await readForestMemory(context);
  if (memory === null) return null;
  const active = await countActive(context);
  if (active <= memory.entities) return { memory, active, excluded: [] };
  const ranked = (await activeBuckets(context)).sort((a, b) => b.buckets - a.buckets || (a.entity < b.entity ? -1 : 1));
  const excluded = ranked.slice(memory.entities).map(({ entity }) => entity);
  return { memory, active: ranked.length, excluded: excluded.sort() };
}

const activity = ({ desired, now }: Context) => ({
  bool: {
    filter: [
      {
        terms: { signal: desired.detectors.filter(({ mark }) => mark.by === "entity").map(({ mark }) => mark.signal) },
      },
      { range: { "@timestamp": { gte: now() - LATELY, format: "epoch_millis" } } },
      { range: { value: { gt: 0 } } },
    ],
  },
});

async function countActive(context: Context): Promise<number> {
  const aggregations = { entities: { cardinality: { field: "entity", precision_threshold: EXACT_UP_TO } } };
  const answer = await search(context, { size: 0, query: activity(context), aggregations });
  return answer?.entities.value ?? 0;
}

interface Activity {
  readonly entity: string;
  readonly buckets: number;
}

async function activeBuckets(context: Context): Promise<Activity[]> {
  const all: Activity[] = [];
  for (let after: unknown; ; ) {
    const composite = {
      size: PAGE,
      sources: [{ entity: { terms: { field: "entity" } } }],
      ...(after ? { after } : {}),
    };
    const answer = await search(context, {
      size: 0,
      query: activity(context),
      aggregations: { by: { composite } },
    });
    const { buckets = [], after_key } = answer?.by ?? {};
    for (const { key, doc_count } of buckets) all.push({ entity: key.entity, buckets: doc_count });
    if (!after_key) return all;
    after = after_key;
  }
}

async function search({ connection, desired }: Context, body: object) {
  const { body: answer } = await connection.send("POST", `/${desired.names.rollups}/_search`, { body });
  return answer.aggregations;
}
