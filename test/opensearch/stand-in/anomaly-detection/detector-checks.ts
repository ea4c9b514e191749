import type { CoreNode } from "../core-node.ts";
import { type Json, NeverRecorded, refused } from "../exchange.ts";
import { type Detector, MAX_FEATURES, Problem } from "./detector-form.ts";

export interface Limits {
  readonly multiEntity: number;
  readonly singleStream: number;
}

const FEATURE_AGGREGATIONS = ["sum", "max"];

/** What the parser says of the filter and the aggregations: the core has the same parser. Throws {@link Problem}. */
export async function checkParsing(core: CoreNode, sent: Json): Promise<void> {
  const filter = await core.ask("POST", "/no-such-index-*/_search", { size: 0, query: sent.filter_query });
  if (filter.status >= 400) {
    throw new Problem("filter_query", `Custom query error in data filter: ${filter.body.error.reason}`);
  }
  const aggs = aggregations(sent.feature_attributes ?? []);
  const features = await core.ask("POST", "/no-such-index-*/_search", { size: 0, aggs });
  if (features.status >= 400) {
    throw new Problem("feature_attributes", `Custom query error: ${features.body.error.reason}`);
  }
}

/** The features' aggregations side by side, under the names of the features. */
export const aggregations = (features: Json[]): Json =>
  Object.fromEntries(
    features.map(({ feature_name, aggregation_query }) => [feature_name, Object.values(aggregation_query)[0]]),
  );

/** What only the data can show; `own` is the id of the detector that is being updated. Throws {@link Problem}. */
export async function checkAgainstCluster(core: CoreNode, detector: Detector): Promise<void> {
  await checkIndices(core, detector);
  await checkCategories(core, detector);
  await checkDocuments(core, detector);
  await checkFeatures(core, detector);
}

async function checkIndices(core: CoreNode, { name, indices, time_field }: Detector): Promise<void> {
  for (const index of indices.filter((each: string) => !each.includes("*"))) {
    const { status } = await core.ask("HEAD", `/${index}`);
    if (status === 404) throw new Problem("indices", "index does not exist");
  }
  const mappings = await mappingsOf(core, indices, time_field);
  const fault = timeFieldFault(mappings, time_field);
  if (!fault) return;
  const message = `Validation failed for timefield of ${name},  Exceptions: [Timestamp field: (${time_field}) ${fault}]`;
  throw new Problem("time_field", message, refused(500, message));
}

function timeFieldFault(mappings: ReadonlyMap<string, string | undefined>, field: string): string | undefined {
  if (mappings.size === 0) return "is not found in index mapping";
  const types = [...mappings];
  const without = types.find(([, type]) => type === undefined);
  if (types.every(([, type]) => type === undefined) && without)
    return `is not found in the (${without[0]}) index mapping`;
  if (without) throw new NeverRecorded(`time field ${field} mapped in some indices and not in ${without[0]}`);
  return types.some(([, type]) => type !== "date") ? "must be of type date" : undefined;
}

/** Type of a field in each index that a pattern matches, in their order. */
async function mappingsOf(core: CoreNode, indices: string[], field: string): Promise<Map<string, string | undefined>> {
  const { status, body } = await core.ask("GET", `/${indices.join(",")}/_mapping`);
  if (status === 404) return new Map();
  return new Map(
    Object.keys(body)
      .sort()
      .map((index) => [index, body[index].mappings.properties?.[field]?.type]),
  );
}

async function checkCategories(core: CoreNode, { indices, category_field = [] }: Detector): Promise<void> {
  for (const field of category_field) {
    const types = [...(await mappingsOf(core, indices, field)).values()].filter((type) => type !== undefined);
    if (types.length === 0) {
      throw new Problem("category_field", `Can't find the categorical field ${field} in index [${indices.join(", ")}]`);
    }
    if (!types.every((type) => type === "keyword" || type === "ip")) {
      throw new Problem("category_field", "Categorical field value must be of type keyword or ip.");
    }
  }
}

async function checkDocuments(core: CoreNode, { indices }: Detector): Promise<void> {
  const { count } = await core.get("GET", `/${indices.join(",")}/_count`);
  if (count > 0) return;
  const message = `Can't create anomaly detector as no document is found in the indices: [${indices.join(", ")}]`;
  throw new Problem("indices", message, refused(400, message));
}

async function checkFeatures(core: CoreNode, { indices, feature_attributes: features }: Detector): Promise<void> {
  if (features.length > MAX_FEATURES) {
    const message = `Can't create more than ${MAX_FEATURES} feature(s)`;
    throw new Problem("feature_attributes", message, refused(400, message));
  }
  for (const feature of features) {
    const name: string = feature.feature_name;
    const [kind] = Object.keys(Object.values(feature.aggregation_query)[0] as Json);
    if (!FEATURE_AGGREGATIONS.includes(kind as string)) throw new NeverRecorded(`a feature that is a ${kind}`);
    const { status, body } = await core.ask("POST", `/${indices.join(",")}/_search`, {
      size: 0,
      aggs: aggregations([feature]),
    });
    if (status >= 400) throw broken(name, "causing a runtime exception");
    if (body.aggregations[name].value === null) throw broken(name, "returning empty aggregated data");
  }
}

function broken(feature: string, how: string): Problem {
  const message = `Feature has an invalid query ${how}`;
  return new Problem("feature_attributes", `${message}: ${feature}`, undefined, { [feature]: message });
}

/** Only at creation: `_validate` does not look at the limits. */
export function checkLimits(detector: Detector, existing: readonly Detector[], limits: Limits): void {
  const same = existing.filter(({ detector_type }) => detector_type === detector.detector_type).length;
  const many = detector.detector_type === "MULTI_ENTITY";
  const most = many ? limits.multiEntity : limits.singleStream;
  if (same >= most) {
    throw refused(400, `Can't create more than ${most} ${many ? "HC" : "single-stream"} anomaly detectors.`);
  }
}

/** A name in use is the same words with 409 at creation, update and in `_validate`. */
export function nameTaken(name: string): Problem {
  const message = `Cannot create anomaly detector with name [${name}] as it's already used by another detector`;
  return new Problem("name", message, refused(409, message));
}

export function checkName(name: string): void {
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    const valid = "Valid characters for name are a-z, A-Z, 0-9, -(hyphen), _(underscore) and .(period)";
    throw new Problem("name", valid);
  }
}
