import type { EpochMs } from "#core/domain/time.ts";
import type { CoreNode } from "../core-node.ts";
import { type Json, NeverRecorded } from "../exchange.ts";
import type { Monitor } from "./monitor-form.ts";

export interface Found {
  /** The answer of the core; of several pages the first. */
  readonly result: Json;
  /** Places of the buckets on the first page that the trigger wants. */
  readonly places: readonly number[];
  /** All buckets that the trigger wants, of every page. */
  readonly buckets: readonly Json[];
}

/** The monitor's search as it stands. Query-level triggers look at nothing else. */
export const search = async (core: CoreNode, monitor: Monitor, end: EpochMs): Promise<Json> =>
  run(core, monitor, queryAt(monitor, end));

/**
 * The monitor's search, and which of its buckets a bucket-level trigger wants: the core itself decides that, by a
 * `bucket_selector` with the trigger's script. Pages of a composite are followed.
 */
export async function searchBuckets(core: CoreNode, monitor: Monitor, trigger: Json, end: EpochMs): Promise<Found> {
  const path: string[] = trigger.condition.parent_bucket_path.split(">");
  const query = queryAt(monitor, end);
  const parent = aggregationAt(query.aggregations, path);
  const result = await run(core, monitor, query);
  const places: number[] = [];
  const buckets: Json[] = [];
  for (let page = result; ; page = await run(core, monitor, query)) {
    const all: Json[] = bucketsAt(page, path).buckets;
    const wanted = await wantedKeys(core, monitor, query, trigger, path);
    const found = all.map((bucket, place) => ({ bucket, place })).filter(({ bucket }) => wanted.has(keyOf(bucket)));
    if (page === result) places.push(...found.map(({ place }) => place));
    buckets.push(...found.map(({ bucket }) => bucket));
    const { after_key } = bucketsAt(page, path);
    if (!after_key) break;
    parent.composite.after = after_key;
  }
  return { result, places, buckets };
}

export const keysOf = ({ key }: Json): string[] => (typeof key === "object" ? Object.values(key) : [key]).map(String);

const keyOf = (bucket: Json): string => JSON.stringify(keysOf(bucket));

async function wantedKeys(
  core: CoreNode,
  monitor: Monitor,
  query: Json,
  trigger: Json,
  path: string[],
): Promise<Set<string>> {
  const selecting = structuredClone(query);
  const parent = aggregationAt(selecting.aggregations, path);
  const { buckets_path, script, gap_policy } = trigger.condition;
  parent.aggregations = { ...parent.aggregations, wanted: { bucket_selector: { buckets_path, script, gap_policy } } };
  const result = await run(core, monitor, selecting);
  return new Set(bucketsAt(result, path).buckets.map(keyOf));
}

function queryAt({ inputs, schedule }: Monitor, end: EpochMs): Json {
  const start = end - schedule.period.interval * 60_000;
  const text = JSON.stringify(inputs[0].search.query);
  return JSON.parse(text.replaceAll("{{period_end}}", String(end)).replaceAll("{{period_start}}", String(start)));
}

async function run(core: CoreNode, { inputs }: Monitor, query: Json): Promise<Json> {
  const { indices } = inputs[0].search;
  const { status, body } = await core.ask("POST", `/${indices.join(",")}/_search`, query);
  if (status >= 400) throw new NeverRecorded(`a monitor whose search fails: ${body.error.reason}`);
  return body;
}

function aggregationAt(aggregations: Json, [first = "", ...rest]: string[]): Json {
  const one = aggregations[first];
  return rest.length > 0 ? aggregationAt(one.aggregations, rest) : one;
}

const bucketsAt = (result: Json, path: readonly string[]): Json =>
  path.reduce((below, name) => below[name], result.aggregations);
