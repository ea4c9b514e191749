import * as z from "zod";

/**
 * What OpenSearch Dashboards keeps, as its export and import files have it. The types' attributes are checked against
 * the mappings of `.kibana`, which are strict: a member that they do not know refuses the whole object.
 */
export interface SavedObject {
  readonly type: SavedObjectType;
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly SavedObjectReference[];
  /** Which of the type's migrations the object needs no more. */
  readonly migrationVersion: Readonly<Record<string, string>>;
}

/** Named where the attributes stand for it: a panel, a control, an index. */
export interface SavedObjectReference {
  readonly name: string;
  readonly type: SavedObjectType;
  readonly id: string;
}

export type SavedObjectType = "index-pattern" | "search" | "visualization" | "dashboard";

export interface SavedObjectKey {
  readonly type: SavedObjectType;
  readonly id: string;
}

/**
 * The newest migration of each type, the same in OpenSearch Dashboards 1.0 to 3.6 (its source, `*_migrations.ts`): an
 * object that claims a later one is refused, one that claims an earlier one is changed by the import.
 */
export const MIGRATIONS: Readonly<Record<SavedObjectType, string>> = {
  "index-pattern": "7.6.0",
  search: "7.9.3",
  visualization: "7.10.0",
  dashboard: "7.9.3",
};

/** JSON as a text, in which the keepers of these objects hide all that they do not want indexed. */
const jsonOf = (schema: z.ZodType): z.ZodType =>
  z.string().refine(
    (text) => {
      try {
        return schema.safeParse(JSON.parse(text)).success;
      } catch {
        return false;
      }
    },
    { message: "not the JSON that this member holds" },
  );

const query = z.strictObject({ query: z.string(), language: z.enum(["kuery", "lucene"]) });

const filter = z.looseObject({
  meta: z.looseObject({ indexRefName: z.string(), disabled: z.boolean(), negate: z.boolean() }),
  $state: z.strictObject({ store: z.enum(["appState", "globalState"]) }),
  query: z.record(z.string(), z.unknown()),
});

const searchSource = z.strictObject({
  indexRefName: z.string().optional(),
  query,
  filter: z.array(filter),
  highlightAll: z.boolean().optional(),
  version: z.boolean().optional(),
});

const meta = z.strictObject({ searchSourceJSON: jsonOf(searchSource) });

const indexPattern = z.strictObject({
  title: z.string().min(1),
  timeFieldName: z.string(),
  fieldFormatMap: jsonOf(
    z.record(z.string(), z.strictObject({ id: z.string(), params: z.record(z.string(), z.unknown()) })),
  ).optional(),
});

const search = z.strictObject({
  title: z.string().min(1),
  description: z.string(),
  hits: z.literal(0),
  columns: z.array(z.string()).min(1),
  sort: z.array(z.tuple([z.string(), z.enum(["asc", "desc"])])),
  version: z.literal(1),
  kibanaSavedObjectMeta: meta,
});

const control = z.strictObject({
  id: z.string(),
  fieldName: z.string(),
  parent: z.string(),
  label: z.string(),
  type: z.literal("list"),
  options: z.strictObject({
    type: z.literal("terms"),
    multiselect: z.boolean(),
    dynamicOptions: z.boolean(),
    size: z.int().positive(),
    order: z.enum(["asc", "desc"]),
  }),
  indexPatternRefName: z.string(),
});

/** The kinds of visualization that are made here. */
const visState = z.discriminatedUnion("type", [
  z.strictObject({
    title: z.string(),
    type: z.literal("vega"),
    aggs: z.array(z.never()),
    params: z.strictObject({ spec: jsonOf(z.looseObject({ $schema: z.url(), data: z.unknown() })) }),
  }),
  z.strictObject({
    title: z.string(),
    type: z.literal("markdown"),
    aggs: z.array(z.never()),
    params: z.strictObject({ fontSize: z.number(), openLinksInNewTab: z.boolean(), markdown: z.string() }),
  }),
  z.strictObject({
    title: z.string(),
    type: z.literal("input_control_vis"),
    aggs: z.array(z.never()),
    params: z.strictObject({
      controls: z.array(control).min(1),
      updateFiltersOnChange: z.boolean(),
      useTimeFilter: z.boolean(),
      pinFilters: z.boolean(),
    }),
  }),
]);

const visualization = z.strictObject({
  title: z.string().min(1),
  description: z.string(),
  visState: jsonOf(visState),
  uiStateJSON: jsonOf(z.record(z.string(), z.unknown())),
  version: z.literal(1),
  kibanaSavedObjectMeta: meta,
});

/** A dashboard is 48 columns wide. */
const panel = z.strictObject({
  version: z.string(),
  panelIndex: z.string(),
  panelRefName: z.string(),
  gridData: z
    .strictObject({
      x: z.int().min(0).max(47),
      y: z.int().min(0),
      w: z.int().min(1).max(48),
      h: z.int().min(1),
      i: z.string(),
    })
    .refine(({ x, w }) => x + w <= 48, { message: "beyond the right edge" }),
  embeddableConfig: z.strictObject({ title: z.string().optional(), hidePanelTitles: z.boolean().optional() }),
});

const dashboard = z.strictObject({
  title: z.string().min(1),
  description: z.string(),
  hits: z.literal(0),
  panelsJSON: jsonOf(z.array(panel).min(1)),
  optionsJSON: jsonOf(z.strictObject({ useMargins: z.boolean(), hidePanelTitles: z.boolean() })),
  version: z.literal(1),
  timeRestore: z.boolean(),
  timeFrom: z.string().optional(),
  timeTo: z.string().optional(),
  refreshInterval: z.strictObject({ pause: z.boolean(), value: z.int() }).optional(),
  kibanaSavedObjectMeta: meta,
});

const ATTRIBUTES = { "index-pattern": indexPattern, search, visualization, dashboard } as const;

const reference = z.strictObject({
  name: z.string().min(1),
  type: z.enum(["index-pattern", "search", "visualization", "dashboard"]),
  id: z.string().min(1),
});

/** Every `…RefName` of the attributes, the JSON inside them too, is one of the references, and the other way round. */
function refNames(value: unknown): string[] {
  if (typeof value === "string") return value.startsWith("{") || value.startsWith("[") ? refNames(parsed(value)) : [];
  if (Array.isArray(value)) return value.flatMap(refNames);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key.endsWith("RefName") ? [String(member)] : refNames(member),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Throws ZodError for an object that an import would refuse, or that would be there and could not be opened. */
export function checked(object: SavedObject): SavedObject {
  z.strictObject({
    type: z.enum(["index-pattern", "search", "visualization", "dashboard"]),
    id: z.string().regex(/^[a-z0-9-]+$/),
    attributes: ATTRIBUTES[object.type],
    references: z.array(reference),
    migrationVersion: z.strictObject({ [object.type]: z.literal(MIGRATIONS[object.type]) }),
  })
    .refine(
      ({ references }) =>
        [...references.map(({ name }) => name)].sort().join("\n") === refNames(object.attributes).sort().join("\n"),
      { message: "references and the names in the attributes differ" },
    )
    .parse(object);
  return object;
}

/** One object a line; those that others refer to come first, as an import wants them. */
export const toNdjson = (objects: readonly SavedObject[]): string =>
  objects.map((object) => `${JSON.stringify(object)}\n`).join("");
