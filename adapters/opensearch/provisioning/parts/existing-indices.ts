import type { Context, Part } from "../context.ts";
import { covers, type Json } from "../meaning.ts";
import { nothing, type Step } from "../steps.ts";

interface ExistingIndex {
  readonly index: string;
  readonly mappings: Json;
}

/** Version that is written in a mapping or template of ours; 0 where none is. */
export const versionOf = (described: Json): number => Number(described?._meta?.trailwatch?.version ?? 0);

/** All indices that our templates are for, sorted. */
export async function readMappings({ connection, desired }: Context): Promise<readonly ExistingIndex[]> {
  const patterns = desired.templates.flatMap(patternsOf).join(",");
  const { status, body } = await connection.send("GET", `/${patterns}/_mapping`, {
    query: { ignore_unavailable: true, allow_no_indices: true },
    allow: [404],
  });
  if (status === 404) return [];
  return Object.keys(body)
    .sort()
    .map((index) => ({ index, mappings: body[index].mappings }));
}

const patternsOf = (template: { readonly body: Json }): readonly string[] => template.body.index_patterns;

/**
 * Fields that an index lacks are put into its mapping; what it has otherwise than we want cannot be changed, and stays
 * until the index is deleted by age or made again.
 */
export const existingIndices: Part = async (context) => {
  const indices = await readMappings(context);
  return indices.map(({ index, mappings }) => {
    const template = context.desired.templates.find((one) =>
      patternsOf(one).some((pattern) => matches(pattern, index)),
    );
    const wanted = (template?.body as Json)?.template.mappings;
    return wanted ? planIndex(context, index, mappings, wanted) : nothing("mapping", index);
  });
};

const matches = (pattern: string, index: string): boolean =>
  pattern.endsWith("*") ? index.startsWith(pattern.slice(0, -1)) : index === pattern;

function planIndex({ connection }: Context, index: string, there: Json, wanted: Json): Step {
  const { missing, conflicts } = compareFields(wanted.properties, there.properties ?? {});
  const version = versionOf(wanted);
  const lacks = Object.keys(missing).length > 0;
  // The version is what an index is up to: not while one of its fields is otherwise.
  const old = versionOf(there) !== version && conflicts.length === 0;
  const kept = conflicts.length > 0 ? `stay as they are, which cannot be changed: ${conflicts.join(", ")}` : "";
  if (!lacks && !old) {
    if (kept === "") return nothing("mapping", index);
    return { kind: "mapping", name: index, action: "leave", reason: kept, nextStep: NEXT };
  }
  const body = { properties: missing, ...(old ? { _meta: { ...there._meta, ...wanted._meta } } : {}) };
  const gets = lacks ? `gets ${Object.keys(missing).join(", ")}` : `becomes version ${version}`;
  return {
    kind: "mapping",
    name: index,
    action: "update",
    reason: kept === "" ? gets : `${gets}; ${kept}`,
    run: async () => {
      await connection.send("PUT", `/${index}/_mapping`, { body });
      return undefined;
    },
  };
}

const NEXT = "Documents of this index are not found by these fields; reindex it, or let it be deleted by age.";

interface FieldComparison {
  /** As a mapping update takes them. */
  readonly missing: Json;
  /** Paths. */
  readonly conflicts: readonly string[];
}

function compareFields(wanted: Json, there: Json, path = ""): FieldComparison {
  const missing: Json = {};
  const conflicts: string[] = [];
  for (const [name, field] of Object.entries<Json>(wanted)) {
    const kept = there[name];
    if (kept === undefined) missing[name] = field;
    else if (field.properties && kept.properties) {
      const inner = compareFields(field.properties, kept.properties, `${path}${name}.`);
      if (Object.keys(inner.missing).length > 0) missing[name] = { properties: inner.missing };
      conflicts.push(...inner.conflicts);
    } else if (!covers(field, kept)) {
      if (differsInLength(field, kept)) missing[name] = field;
      else conflicts.push(path + name);
    }
  }
  return { missing, conflicts };
}

/** How long a value may be to be found is the one setting of a field that can be changed. */
const differsInLength = (wanted: Json, there: Json): boolean => covers({ ...wanted, ignore_above: undefined }, there);
