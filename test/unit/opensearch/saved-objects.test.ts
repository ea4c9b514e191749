import { describe, expect, test } from "@jest/globals";
import { parseExpression } from "vega";
import { indexTemplates } from "#adapters/opensearch/documents/mappings.ts";
import { indexNames } from "#adapters/opensearch/index-names.ts";
import { differences } from "#adapters/opensearch/saved-objects/difference.ts";
import { checked, type SavedObject, toNdjson } from "#adapters/opensearch/saved-objects/saved-object.ts";
import { savedObjects } from "#adapters/opensearch/saved-objects/saved-objects.ts";
import { vegaSpecification } from "#adapters/opensearch/saved-objects/vega.ts";
import { incidentTimeline } from "#dashboards/incident-timeline.ts";
import { drawn } from "../../../tools/dashboards/vega-panel.ts";

const names = indexNames();
const objects = savedObjects(names);
const ofType = (type: SavedObject["type"]): readonly SavedObject[] => objects.filter((object) => object.type === type);
const json = (object: SavedObject | undefined, member: string) => JSON.parse(String(object?.attributes[member]));

const specifications = ofType("visualization")
  .map((object) => json(object, "visState"))
  .filter(({ type }) => type === "vega")
  .map(({ title, params }) => ({ title, specification: JSON.parse(params.spec) }));

/** Every text under a name of an expression's, and every member of an object, with its path. */
function* members(value: unknown, path: readonly string[] = []): Generator<readonly [readonly string[], unknown]> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    yield [[...path, key], member];
    yield* members(member, [...path, key]);
  }
}

/** Members of a specification that are expressions. */
const EXPRESSIONS = new Set(["calculate", "filter", "expr", "update", "labelExpr", "test", "signal"]);

interface Node {
  readonly type: string;
  readonly name?: string;
  readonly computed?: boolean;
  readonly [member: string]: unknown;
}

/**
 * What in an expression is neither a member of `datum`, a constant nor a call by name: what Dashboards from 3.6 refuses
 * (reaching for the page, a member by a computed name), and more.
 */
function forbidden(node: unknown, role: "value" | "name" = "value"): string[] {
  if (Array.isArray(node)) return node.flatMap((member) => forbidden(member));
  if (typeof node !== "object" || node === null) return [];
  const { type, name, computed, ...rest } = node as Node;
  if (type === "Identifier") return role === "name" || ["datum", "PI"].includes(String(name)) ? [] : [String(name)];
  if (type === "CallExpression") return [...forbidden(rest["callee"], "name"), ...forbidden(rest["arguments"])];
  if (type === "Property") return forbidden(rest["value"]);
  if (type === "MemberExpression") {
    const { object, property } = rest;
    const byName = computed ? (property as Node).type === "Literal" : true;
    return [...forbidden(object), ...(byName ? [] : [JSON.stringify(property)])];
  }
  return Object.values(rest).flatMap((member) => forbidden(member));
}

describe("the objects", () => {
  test("are of a form that an import takes, each with its own id, and refer to each other only", () => {
    const keys = objects.map(({ type, id }) => `${type} ${id}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const object of objects) {
      expect(() => checked(object)).not.toThrow();
      for (const { type, id } of object.references) expect(keys).toContain(`${type} ${id}`);
    }
  });

  test("are a line each, those that others refer to first, and the same in every run", () => {
    const lines = toNdjson(objects).split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.map((line) => JSON.parse(line))).toEqual(objects);
    expect(toNdjson(savedObjects(names))).toBe(toNdjson(objects));
    const seen = new Set<string>();
    for (const { type, id, references } of objects) {
      for (const reference of references) expect(seen).toContain(`${reference.type} ${reference.id}`);
      seen.add(`${type} ${id}`);
    }
  });

  test("of two namespaces share no id, no title and no index", () => {
    const others = savedObjects(indexNames("test-"));
    const said = ({ id, attributes }: SavedObject): string[] => [id, String(attributes["title"])];
    const ours = new Set(objects.flatMap(said));
    expect(others.flatMap(said).filter((text) => ours.has(text))).toEqual([]);
    // Every index, link and reference of the others says the namespace.
    expect(toNdjson(others)).not.toMatch(
      /(?<!test-)(usage-events-|usage-rollups-|trailwatch-(incidents|quarantine|pattern|chart|search|dashboard))/,
    );
  });

  test("name only fields that are mapped", () => {
    const fieldsOf = (pattern: string): readonly string[] => {
      const template = indexTemplates(names).find(({ body }) => (body["index_patterns"] as string[]).includes(pattern));
      const body = template?.body as { template: { mappings: { properties: object } } } | undefined;
      return Object.keys(body?.template.mappings.properties ?? {});
    };
    for (const search of ofType("search")) {
      const title = String(objects.find(({ id }) => id === search.references[0]?.id)?.attributes["title"]);
      // The forest's fields are the plugin's own.
      if (title === names.forestResults) continue;
      const { query } = json(
        { ...search, attributes: search.attributes["kibanaSavedObjectMeta"] as object } as SavedObject,
        "searchSourceJSON",
      );
      const asked = [...String(query.query).matchAll(/([a-z_@]+):/g)].map(([, field]) => field);
      const sort = search.attributes["sort"] as [string, string][];
      const used = [...(search.attributes["columns"] as string[]), ...asked, ...sort.map(([field]) => field)];
      expect({ title, unmapped: used.filter((field) => !fieldsOf(title).includes(String(field))) }).toEqual({
        title,
        unmapped: [],
      });
    }
    const controls = ofType("visualization").find(({ id }) => id === "trailwatch-controls");
    for (const { fieldName } of json(controls, "visState").params.controls) {
      // Pinned, a filter reaches all of them; those that lack the field would be empty.
      for (const index of [names.events, names.rollups, names.incidents]) expect(fieldsOf(index)).toContain(fieldName);
    }
  });

  test("dashboards show every chart, and no panel lies on another", () => {
    const shown = new Set<string>();
    for (const dashboard of ofType("dashboard")) {
      const taken = new Set<string>();
      for (const { gridData, panelRefName } of json(dashboard, "panelsJSON")) {
        for (let x = gridData.x; x < gridData.x + gridData.w; x++) {
          for (let y = gridData.y; y < gridData.y + gridData.h; y++) {
            expect(taken.has(`${x} ${y}`)).toBe(false);
            taken.add(`${x} ${y}`);
          }
        }
        shown.add(String(dashboard.references.find(({ name }) => name === panelRefName)?.id));
      }
    }
    expect(
      ofType("visualization")
        .map(({ id }) => id)
        .filter((id) => !shown.has(id)),
    ).toEqual([]);
  });

  test("only the first dashboard sets the time: the others keep what the person has chosen", () => {
    expect(ofType("dashboard").map(({ attributes }) => [attributes["timeRestore"], attributes["timeFrom"]])).toEqual([
      [true, "now-21d"],
      [false, undefined],
      [false, undefined],
    ]);
  });

  test("incidents link to their explanation and to their events", () => {
    const [pattern] = ofType("index-pattern").filter(({ id }) => id === "trailwatch-pattern-incidents");
    const formats = json(pattern, "fieldFormatMap");
    expect(formats.incident_id.params.urlTemplate).toBe(
      "discover#/doc/trailwatch-pattern-incidents/trailwatch-incidents?id={{value}}",
    );
    const [path, state] = String(formats.events_link.params.urlTemplate).split("?_a=");
    expect(path).toBe("discover#/");
    // What is missing of `_a` is what an incident's events_link begins with.
    expect(state).toMatch(
      /^\(columns:!\([a-z_,]+\),index:trailwatch-pattern-events,interval:auto,sort:!\(!\('@timestamp',asc\)\),\{\{rawValue\}\}$/,
    );
  });
});

describe("an object is refused", () => {
  const [dashboard] = ofType("dashboard") as [SavedObject];
  const [pattern] = ofType("index-pattern") as [SavedObject];
  const chart = ofType("visualization")[0] as SavedObject;
  const changed = (object: SavedObject, attributes: object): SavedObject => ({
    ...object,
    attributes: { ...object.attributes, ...attributes },
  });
  const panels = json(dashboard, "panelsJSON");

  test.each<[string, SavedObject]>([
    ["with a member that .kibana does not know", changed(pattern, { owner: "us" })],
    ["with a later migration than any server has", { ...chart, migrationVersion: { visualization: "9.0.0" } }],
    ["with text where JSON is wanted", changed(chart, { visState: "{" })],
    [
      "with an unknown kind of visualization",
      changed(chart, { visState: JSON.stringify({ title: "", type: "lens" }) }),
    ],
    [
      "with a panel beyond the edge",
      changed(dashboard, {
        panelsJSON: JSON.stringify([{ ...panels[0], gridData: { ...panels[0].gridData, x: 40, w: 9 } }]),
      }),
    ],
    [
      "with a reference that nothing names",
      { ...dashboard, references: [...dashboard.references, { name: "panel_99", type: "search", id: "x" }] },
    ],
    ["with a name that refers to nothing", { ...dashboard, references: dashboard.references.slice(1) }],
    ["with an id that a link could not hold", { ...pattern, id: "a/b" }],
  ])("%s", (_, object) => {
    expect(() => checked(object)).toThrow();
  });
});

describe("charts in Dashboards", () => {
  test("are made of charts that have a query", () => {
    expect(specifications).toHaveLength(15);
    expect(() => vegaSpecification(incidentTimeline, names)).toThrow(TypeError);
  });

  test.each(specifications)("$title: reads values as members of datum only, and opens nothing", ({ specification }) => {
    for (const [path, value] of members(specification)) {
      const key = String(path.at(-1));
      // Dashboards refuses other addresses, and a link in a picture would be one.
      expect(key).not.toBe("href");
      if (key === "url") expect(path).toEqual(["data", "url"]);
      if (typeof value !== "string" || !EXPRESSIONS.has(key)) continue;
      expect({ value, forbidden: forbidden(parseExpression(value)) }).toEqual({ value, forbidden: [] });
    }
  });

  test.each(specifications)(
    "$title: is empty, not broken, on an answer without anything",
    async ({ specification }) => {
      const { url: _, ...data } = specification.data;
      const values = { took: 1, timed_out: false, hits: { total: { value: 0 }, hits: [] } };
      const svg = await drawn({ ...specification, data: { ...data, values } }, { width: 400, height: 300 });
      expect(svg).toMatch(/^<svg /);
    },
  );
});

describe("differences", () => {
  const [first] = objects as [SavedObject];
  const chart = ofType("visualization")[0] as SavedObject;
  const asKept = (object: SavedObject, attributes: object = {}): SavedObject =>
    ({
      ...object,
      attributes: { ...object.attributes, ...attributes },
      references: [...object.references].reverse(),
      updated_at: "2026-11-03T00:00:00Z",
      version: "WzEsMV0=",
      namespaces: ["default"],
    }) as SavedObject;

  test("none between what was imported and what the server keeps of it", () => {
    for (const object of objects) expect(differences(object, asKept(object))).toEqual([]);
    // Dashboards adds these when a pattern is first used.
    expect(differences(first, asKept(first, { fields: "[]" }))).toEqual([]);
    const spaced = JSON.stringify(json(chart, "visState"), null, 4);
    expect(differences(chart, asKept(chart, { visState: spaced }))).toEqual([]);
  });

  test("say where", () => {
    expect(differences(first, asKept(first, { title: "other" }))).toEqual(["attributes.title"]);
    const visState = json(chart, "visState");
    const spec = JSON.parse(visState.params.spec);
    spec.data.url.index = "elsewhere";
    visState.params.spec = JSON.stringify(spec);
    expect(differences(chart, asKept(chart, { visState: JSON.stringify(visState) }))).toEqual([
      "attributes.visState.params.spec.data.url.index",
    ]);
    const dashboard = ofType("dashboard")[0] as SavedObject;
    expect(differences(dashboard, { ...dashboard, references: dashboard.references.slice(1) })).toEqual(["references"]);
    expect(differences(dashboard, asKept(dashboard, { panelsJSON: "[]" }))).toEqual(["attributes.panelsJSON"]);
  });
});

test("a click filters by the number in the row, as a value", () => {
  const clicks = specifications.flatMap(({ specification }) => specification.config.signals ?? []);
  expect(clicks.length).toBeGreaterThan(5);
  for (const { on } of clicks) {
    expect(on[0].update).toBe(
      'datum && isValid(datum.accountId) ? opensearchDashboardsAddFilter({match_phrase: {account: datum.accountId}}, "usage-events-*") : null',
    );
  }
});
