import type { SavedObject } from "./saved-object.ts";

/**
 * What of `desired` is not so in `actual`, as paths (`attributes.title`); empty when nothing is to be done. Compared by
 * meaning: the JSON inside texts as JSON, references in any order; members that only the server has (the fields of an
 * index pattern, times, versions) are the server's business.
 */
export function differences(desired: SavedObject, actual: SavedObject): readonly string[] {
  return [
    ...paths(desired.attributes, actual.attributes, "attributes"),
    ...(referencesOf(desired) === referencesOf(actual) ? [] : ["references"]),
  ];
}

const referencesOf = ({ references }: SavedObject): string =>
  JSON.stringify(references.map(({ name, type, id }) => [name, type, id].join(" ")).sort());

function paths(desired: unknown, actual: unknown, path: string): string[] {
  const [wanted, there] = [opened(desired), opened(actual)];
  if (Array.isArray(wanted)) {
    if (!Array.isArray(there) || there.length !== wanted.length) return [path];
    return wanted.flatMap((member, at) => paths(member, there[at], `${path}[${at}]`));
  }
  if (isObject(wanted)) {
    if (!isObject(there)) return [path];
    return Object.entries(wanted).flatMap(([key, member]) => paths(member, there[key], `${path}.${key}`));
  }
  return wanted === there ? [] : [path];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** Texts that hold JSON objects or lists are compared as these. */
function opened(value: unknown): unknown {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
