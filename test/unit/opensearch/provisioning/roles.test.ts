import { expect, test } from "@jest/globals";
import { indexTemplates } from "#adapters/opensearch/documents/mappings.ts";
import { indexNames } from "#adapters/opensearch/index-names.ts";
import { roleSpecs } from "#adapters/opensearch/provisioning/roles.ts";
import { parseConfig } from "#core/config/index.ts";

const names = indexNames("x-");
const roles = roleSpecs(parseConfig({}).opensearch, names);

/** Patterns of the indices that are for templates, on which the role may do this. */
function mayOn(role: string, action: string): readonly string[] {
  const permissions = roles.find(({ name }) => name === `x-trailwatch-${role}`)?.body.index_permissions ?? [];
  const allowed = new Set(
    permissions.flatMap(({ index_patterns, allowed_actions }) =>
      allowed_actions.includes(action) ? index_patterns : [],
    ),
  );
  const ours = indexTemplates(names).flatMap(({ body }) => body["index_patterns"] as readonly string[]);
  return ours.filter((pattern) => allowed.has(pattern));
}

const COUNTED = ["x-usage-events-*", "x-usage-rollups-*", "x-usage-insights-*"];
const ALL = [...COUNTED, ...["incidents", "first-uses", "quarantine", "state"].map((name) => `x-trailwatch-${name}`)];

test("each role writes what it makes, reads what it judges by, and whoever rolls up deletes what ages", () => {
  expect(mayOn("writer", "crud")).toEqual(ALL.filter((index) => index !== names.incidents));
  expect(mayOn("writer", "indices:admin/delete")).toEqual(COUNTED);
  expect(mayOn("processor", "read")).toEqual(ALL);
  expect(mayOn("processor", "crud")).toEqual([names.incidents, names.state]);
  expect(mayOn("processor", "indices:admin/delete")).toEqual([]);
  expect(mayOn("reader", "read")).toEqual(ALL.filter((index) => index !== names.state));
  for (const action of ["crud", "indices:admin/delete"]) expect(mayOn("reader", action)).toEqual([]);
});
