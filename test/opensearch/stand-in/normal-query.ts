import { type Json, NeverRecorded } from "./exchange.ts";

/**
 * A query as the plugins give it back: with defaults filled in. Only the forms that were recorded; what the node makes
 * of others is not known here.
 */
export function normalQuery(query: Json): Json {
  const [kind, ...more] = Object.keys(query ?? {});
  if (kind === undefined || more.length > 0) throw new NeverRecorded(`a query of ${[kind, ...more].join(", ")}`);
  switch (kind) {
    case "bool":
      return { bool: normalBool(query.bool) };
    case "term":
      return { term: eachField(query.term, normalTerm) };
    case "range":
      return { range: eachField(query.range, normalRange) };
    default:
      throw new NeverRecorded(`a stored query with ${kind}`);
  }
}

function normalBool({ filter, adjust_pure_negative: _, boost: __, ...rest }: Json): Json {
  if (!Array.isArray(filter) || Object.keys(rest).length > 0) {
    throw new NeverRecorded(`a stored bool query with ${Object.keys(rest).join(", ") || "one filter outside a list"}`);
  }
  return { filter: filter.map(normalQuery), adjust_pure_negative: true, boost: 1 };
}

const eachField = (fields: Json, normal: (value: Json) => Json): Json =>
  Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, normal(value)]));

const normalTerm = (term: Json): Json => ({ value: typeof term === "object" ? term.value : term, boost: 1 });

function normalRange({ gte, gt, lte, lt, from, to, include_lower, include_upper, format }: Json): Json {
  return {
    from: from ?? gte ?? gt ?? null,
    to: to ?? lte ?? lt ?? null,
    include_lower: include_lower ?? gt === undefined,
    include_upper: include_upper ?? lt === undefined,
    ...(format === undefined ? {} : { format }),
    boost: 1,
  };
}
