import type { EpochMs } from "#core/domain/time.ts";
import type { CoreNode } from "../core-node.ts";
import { type Json, NeverRecorded } from "../exchange.ts";
import { entityHash } from "../ids.ts";
import { aggregations } from "./detector-checks.ts";
import type { Detector } from "./detector-form.ts";

/** The values of a detector's category fields; empty for a detector without any. */
export type Entity = readonly { readonly name: string; readonly value: string }[];

export interface Window {
  readonly start: EpochMs;
  readonly end: EpochMs;
  /** In the order of the detector's features. */
  readonly values: readonly number[];
  /** Nothing was there: the values are the detector's imputation. */
  readonly imputed: boolean;
}

/** What a detector sees of one entity, in order of time. */
export interface Series {
  readonly detector: string;
  readonly mode: "historical" | "realtime";
  readonly entity: Entity;
  readonly features: readonly string[];
  readonly windows: readonly Window[];
}

export const intervalMs = ({ detection_interval: { period } }: Detector): number =>
  period.interval * (period.unit === "Seconds" ? 1000 : 60_000);

export const modelId = (detectorId: string, entity: Entity): string =>
  entity.length === 0
    ? `${detectorId}_model_rcf_0`
    : `${detectorId}_entity_${entityHash(entity.map(({ name, value }) => `${name}=${value}`).join(","))}`;

/** What the search itself says when it fails: a source index that is gone, for one. */
export class NoSource extends Error {}

const PAGE = 5000;

/**
 * The features of every entity in every window of [start, end), windows counted from `start`, read from the core by the
 * detector's own filter and aggregations. Windows without documents are filled as the recordings show: by the
 * imputation; a sum of a single stream reads 0; else the window is missing. An entity begins with its first document.
 */
export async function readSeries(
  core: CoreNode,
  detector: Detector,
  start: EpochMs,
  end: EpochMs,
): Promise<Map<string, { entity: Entity; windows: Window[] }>> {
  const interval = intervalMs(detector);
  const count = Math.floor((end - start) / interval);
  const found = await readBuckets(core, detector, start, start + count * interval);
  const filling = fillOf(detector);
  // A single stream is there without any document.
  if (!detector.category_field && found.size === 0) found.set(JSON.stringify([]), { entity: [], values: new Map() });
  const series = new Map<string, { entity: Entity; windows: Window[] }>();
  for (const [key, { entity, values }] of found) {
    const windows: Window[] = [];
    const first = detector.category_field ? Math.min(...values.keys()) : 0;
    for (let place = first; place < count; place++) {
      const own = values.get(place);
      const at = { start: start + place * interval, end: start + (place + 1) * interval };
      if (own) windows.push({ ...at, values: own, imputed: false });
      else if (filling) windows.push({ ...at, values: filling.values, imputed: filling.imputed });
    }
    series.set(key, { entity, windows });
  }
  return series;
}

/** What an empty window reads as, where it reads as anything. */
export function fillOf(detector: Detector): { values: number[]; imputed: boolean } | undefined {
  const features: Json[] = detector.feature_attributes;
  const option = detector.imputation_option;
  if (option?.method === "ZERO") return { values: features.map(() => 0), imputed: true };
  if (option?.method === "FIXED_VALUES") {
    const fillOfFeature = (name: string) => option.default_fill.find((fill: Json) => fill.feature_name === name).data;
    return { values: features.map(({ feature_name }) => fillOfFeature(feature_name)), imputed: true };
  }
  const sums = features.every(({ aggregation_query }) => "sum" in (Object.values(aggregation_query)[0] as Json));
  return !detector.category_field && sums ? { values: features.map(() => 0), imputed: false } : undefined;
}

interface Buckets {
  readonly entity: Entity;
  /** By the place of the window. */
  readonly values: Map<number, number[]>;
}

async function readBuckets(
  core: CoreNode,
  detector: Detector,
  start: EpochMs,
  end: EpochMs,
): Promise<Map<string, Buckets>> {
  const interval = intervalMs(detector);
  const found = new Map<string, Buckets>();
  let after: Json;
  do {
    const page = await core.ask(
      "POST",
      `/${detector.indices.join(",")}/_search`,
      question(detector, start, end, after),
    );
    if (page.status >= 400) throw new NoSource(page.body.error.reason);
    const buckets = page.body.aggregations?.all;
    for (const bucket of buckets?.buckets ?? []) {
      const entity = entityOf(detector, bucket.key);
      const key = JSON.stringify(entity);
      const own = found.get(key) ?? { entity, values: new Map() };
      own.values.set((bucket.key.window - start) / interval, valuesOf(detector, bucket));
      found.set(key, own);
    }
    after = buckets?.after_key;
  } while (after);
  return found;
}

function question(detector: Detector, start: EpochMs, end: EpochMs, after: Json): Json {
  const interval = intervalMs(detector);
  const time = detector.time_field;
  const range = { range: { [time]: { gte: start, lt: end, format: "epoch_millis" } } };
  const terms = (detector.category_field ?? []).map((field: string) => ({ [field]: { terms: { field } } }));
  const histogram = { field: time, fixed_interval: `${interval}ms`, offset: `${start % interval}ms` };
  return {
    size: 0,
    query: { bool: { filter: [detector.filter_query, range] } },
    aggs: {
      all: {
        composite: {
          size: PAGE,
          sources: [...terms, { window: { date_histogram: histogram } }],
          ...(after ? { after } : {}),
        },
        aggs: aggregations(detector.feature_attributes),
      },
    },
  };
}

const entityOf = ({ category_field = [] }: Detector, key: Json): Entity =>
  category_field.map((name: string) => ({ name, value: String(key[name]) }));

function valuesOf({ feature_attributes }: Detector, bucket: Json): number[] {
  return feature_attributes.map(({ feature_name }: Json) => {
    const value = bucket[feature_name].value;
    if (value === null) throw new NeverRecorded(`a window with documents and no ${feature_name}`);
    return value;
  });
}
