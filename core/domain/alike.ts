/**
 * Whether two values are the same as JSON, in whatever order their keys are: what is `undefined` in an object is as if it
 * were not there. The same as comparing the texts with sorted keys, and much cheaper where parts are shared.
 */
export function alike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((part, at) => alike(part ?? null, b[at] ?? null));
  }
  if (!isObject(a) || !isObject(b) || Array.isArray(b)) return asJson(a) === asJson(b);
  const keys = keysOf(a);
  return keys.length === keysOf(b).length && keys.every((key) => b[key] !== undefined && alike(a[key], b[key]));
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => value !== null && typeof value === "object";

const keysOf = (fields: Fields): readonly string[] => Object.keys(fields).filter((key) => fields[key] !== undefined);

/** JSON has no other numbers than finite ones. */
const asJson = (value: unknown): unknown => (typeof value === "number" && !Number.isFinite(value) ? null : value);
