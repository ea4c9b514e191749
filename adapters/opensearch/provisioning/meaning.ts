/** JSON as it is sent and comes back. */
// biome-ignore lint/suspicious/noExplicitAny: bodies of foreign APIs, looked into by name
export type Json = any;

/**
 * Whether what the node has is what was wanted. It gives back more than it was sent (ids, times, defaults), numbers as
 * texts and shorthand written out: what was wanted must be in it, and lists must be as long.
 */
export const covers = (wanted: unknown, there: unknown): boolean => isIn(normal(wanted), normal(there));

function isIn(wanted: Json, there: Json): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(there) && wanted.length === there.length && wanted.every((item, place) => isIn(item, there[place]))
    );
  }
  if (!isObject(wanted)) return wanted === there;
  return isObject(there) && Object.entries(wanted).every(([key, member]) => isIn(member, there[key]));
}

/** Values that a node fills in for members that were left out. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  boost: "1",
  adjust_pure_negative: "true",
  missing_bucket: "false",
  order: "asc",
  gap_policy: "skip",
};

const RANGE_ENDS = ["gte", "gt", "lte", "lt", "from", "to", "include_lower", "include_upper"];

function normal(value: Json): Json {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .filter(([, member]) => member !== undefined && member !== null)
    .map(([key, member]): [string, Json] => [key === "aggs" ? "aggregations" : key, normalMember(key, member)])
    .filter(([key, member]) => !(key in DEFAULTS) || DEFAULTS[key] !== member);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function normalMember(key: string, member: Json): Json {
  if (key === "term" && isObject(member))
    return eachField(member, (field) => (isObject(field) ? normal(field) : { value: normal(field) }));
  if (key === "range" && isObject(member))
    return eachField(member, (field) => normal(isObject(field) ? bounds(field) : field));
  return normal(member);
}

/** `{gte: 1}` and `{from: 1, to: null, include_lower: true, include_upper: true}` are the same range. */
function bounds(range: Json): Json {
  const rest = Object.fromEntries(Object.entries(range).filter(([key]) => !RANGE_ENDS.includes(key)));
  const lower = range.gte ?? range.gt ?? range.from ?? undefined;
  const upper = range.lte ?? range.lt ?? range.to ?? undefined;
  return {
    ...rest,
    ...(lower === undefined ? {} : { [isOpen(range.gt, range.include_lower) ? "gt" : "gte"]: lower }),
    ...(upper === undefined ? {} : { [isOpen(range.lt, range.include_upper) ? "lt" : "lte"]: upper }),
  };
}

const isOpen = (strict: unknown, included: unknown): boolean => strict !== undefined || included === false;

const eachField = (fields: Json, change: (field: Json) => Json): Json =>
  Object.fromEntries(
    Object.entries(fields)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => [name, change(field)]),
  );

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
