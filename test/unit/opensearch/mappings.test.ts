import { expect, test } from "@jest/globals";
import { type IndexTemplate, indexTemplates } from "#adapters/opensearch/documents/mappings.ts";
import { indexNames } from "#adapters/opensearch/index-names.ts";
import { QUANTITY_CHANGES, QUANTITY_KINDS } from "#core/domain/usage-event.ts";
import { amountField, doubledNanosField, EVENT_FIELDS, usdFields } from "#core/signals/event-fields.ts";

type Properties = Readonly<
  Record<string, { readonly properties?: Properties; readonly fields?: Properties } & Readonly<Record<string, unknown>>>
>;

interface Body {
  readonly index_patterns: readonly string[];
  readonly template: {
    readonly settings: { readonly index: Readonly<Record<string, unknown>> };
    readonly mappings: { readonly dynamic: unknown; readonly _meta: unknown; readonly properties: Properties };
  };
}

const bodyOf = ({ body }: IndexTemplate): Body => body as unknown as Body;
const templateOf = (name: string, options = {}): Body => {
  const found = indexTemplates(indexNames("x-"), options).find((template) => template.name === name);
  if (!found) throw new Error(`no template ${name}`);
  return bodyOf(found);
};

/** `amounts.instances.added`, for every field. */
const paths = (properties: Properties, before = ""): string[] =>
  Object.entries(properties).flatMap(([name, { properties: inner = {}, fields = {} }]) => [
    before + name,
    ...paths({ ...inner, ...fields }, `${before}${name}.`),
  ]);

test("what is not curated is not mapped, and every mapping says its version", () => {
  for (const template of indexTemplates(indexNames())) {
    const { dynamic, _meta } = bodyOf(template).template.mappings;
    expect([template.name, dynamic, _meta]).toEqual([template.name, "false", { trailwatch: { version: 1 } }]);
  }
});

test("every field that events are asked by is mapped", () => {
  const mapped = new Set(paths(templateOf("x-usage-events").template.mappings.properties));
  const asked = [
    ...Object.values(EVENT_FIELDS),
    ...QUANTITY_KINDS.flatMap((kind) => QUANTITY_CHANGES.map((change) => amountField(kind, change))),
    ...(["added", "removed"] as const).map(doubledNanosField),
    ...(["added", "removed", "once"] as const).flatMap((direction) => {
      const { low, high } = usdFields(direction);
      return [low.usd, low.nanos, high.usd, high.nanos];
    }),
  ];
  expect(asked.filter((field) => !mapped.has(field))).toEqual([]);
});

test("there is room for half as many fields again", () => {
  for (const template of indexTemplates(indexNames())) {
    const { settings, mappings } = bodyOf(template).template;
    const { limit } = (settings.index["mapping"] as { total_fields: { limit: string } }).total_fields;
    expect(paths(mappings.properties).length * 1.5).toBeLessThan(Number(limit));
  }
});

test("templates of two namespaces never match the same index, whatever stands in front", () => {
  const patterns = (namespace: string) =>
    indexTemplates(indexNames(namespace)).flatMap((template) => bodyOf(template).index_patterns);
  for (const pattern of patterns("")) {
    const start = pattern.replace("*", "");
    expect(patterns("test-").filter((other) => other.startsWith(start))).toEqual([]);
  }
});

test("shards and replicas are the caller's; only what grows has several shards", () => {
  const options = { shards: 3, replicas: 2, codec: "zstd_no_dict", refreshSeconds: 30 };
  expect(templateOf("x-usage-events", options).template.settings.index).toMatchObject({
    number_of_shards: "3",
    number_of_replicas: "2",
    codec: "zstd_no_dict",
    refresh_interval: "30s",
  });
  expect(templateOf("x-trailwatch-incidents", options).template.settings.index).toMatchObject({
    number_of_shards: "1",
    number_of_replicas: "2",
    refresh_interval: "1s",
  });
});
