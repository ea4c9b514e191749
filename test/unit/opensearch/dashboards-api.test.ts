import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { connectOpenSearch, type OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { indexNames } from "#adapters/opensearch/index-names.ts";
import {
  type DashboardsServer,
  deleteSavedObjects,
  importSavedObjects,
  readSavedObjects,
} from "#adapters/opensearch/saved-objects/dashboards-api.ts";
import { differences } from "#adapters/opensearch/saved-objects/difference.ts";
import type { SavedObject } from "#adapters/opensearch/saved-objects/saved-object.ts";
import { savedObjects } from "#adapters/opensearch/saved-objects/saved-objects.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { type DashboardsServerFake, dashboardsServer } from "../../fakes/dashboards-server.ts";

const objects = savedObjects(indexNames("t-"));

let fake: DashboardsServerFake;
let connection: OpenSearchConnection;
let server: DashboardsServer;

beforeEach(async () => {
  fake = await dashboardsServer("/_dashboards");
  connection = connectOpenSearch({ url: fake.url, authentication: { kind: "none" } });
  server = { connection, basePath: "/_dashboards", tenant: "global" };
});
afterEach(async () => {
  await connection.close();
  await fake.close();
});

async function refusal(doing: Promise<unknown>): Promise<TrailwatchError> {
  try {
    await doing;
  } catch (error) {
    if (error instanceof TrailwatchError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("what was imported is read back the same, and importing it again changes nothing", async () => {
  expect(await readSavedObjects(server, objects)).toEqual(objects.map(() => null));
  for (let time = 0; time < 2; time++) {
    await importSavedObjects(server, objects);
    const there = await readSavedObjects(server, objects);
    expect(there.map((kept, at) => kept && differences(objects[at] as SavedObject, kept))).toEqual(
      objects.map(() => []),
    );
  }
  expect(fake.objects.size).toBe(objects.length);
  expect(new Set(fake.tenants)).toEqual(new Set(["global"]));
});

test("an object that somebody changed is found out and put right", async () => {
  await importSavedObjects(server, objects);
  const wanted = objects.find(({ type }) => type === "dashboard") as SavedObject;
  const kept = { ...wanted, attributes: { ...wanted.attributes, title: "mine" } };
  fake.objects.set(`dashboard:${wanted.id}`, kept);
  const [there] = await readSavedObjects(server, [wanted]);
  expect(differences(wanted, there as SavedObject)).toEqual(["attributes.title"]);
  await importSavedObjects(server, [wanted]);
  const [again] = await readSavedObjects(server, [wanted]);
  expect(differences(wanted, again as SavedObject)).toEqual([]);
});

test("a failure inside an answer with status 200 is a failure, and names the objects", async () => {
  const search = objects.find(({ type }) => type === "search") as SavedObject;
  const error = await refusal(importSavedObjects(server, [search]));
  expect(error.code).toBe("OPENSEARCH_REFUSED");
  expect(error.message).toBe(
    `OpenSearch Dashboards refused search ${search.id}: missing_references: index-pattern t-trailwatch-pattern-incidents`,
  );
  expect(fake.objects.size).toBe(0);
});

test("removing what is gone already is no failure", async () => {
  await importSavedObjects(server, objects);
  await deleteSavedObjects(server, objects);
  expect(fake.objects.size).toBe(0);
  await deleteSavedObjects(server, objects);
});

test("a wrong base path, and a node in the place of Dashboards, are said to be that", async () => {
  const error = await refusal(readSavedObjects({ ...server, basePath: "" }, objects));
  expect([error.code, error.message]).toEqual([
    "OPENSEARCH_NOT_FOUND",
    `no OpenSearch Dashboards answers at ${fake.url} (status 404)`,
  ]);
  const body = { error: "no handler found for uri [/api/saved_objects/_bulk_get] and method [POST]" };
  const node = { ...connection, url: "http://node:9200", send: async () => ({ status: 400, body }) };
  const other = await refusal(readSavedObjects({ ...server, connection: node }, objects));
  expect(other.message).toBe("no OpenSearch Dashboards answers at http://node:9200/_dashboards (status 400)");
});

test.each([
  [401, { statusCode: 401, error: "Unauthorized", message: "Authentication required" }, "OPENSEARCH_UNAUTHORIZED"],
  [403, { statusCode: 403, error: "Forbidden", message: "no tenant" }, "OPENSEARCH_FORBIDDEN"],
  [
    413,
    { statusCode: 413, error: "Request Entity Too Large", message: "Payload content length" },
    "OPENSEARCH_REFUSED",
  ],
  [500, { statusCode: 500, error: "Internal Server Error", message: "boom" }, "OPENSEARCH_FAILED"],
])("status %i keeps its meaning and its words", async (status, body, code) => {
  const refusing = { ...connection, send: async () => ({ status, body }) };
  const error = await refusal(importSavedObjects({ ...server, connection: refusing }, objects));
  expect(error.code).toBe(code);
  expect(error.message).toContain(`${status}: ${body.error}: ${body.message}`);
});

test("a page in the place of an answer, as a login makes it, is no success", async () => {
  const page = { ...connection, send: async () => ({ status: 200, body: "<html>Log in</html>" }) };
  const login = { ...server, connection: page };
  expect((await refusal(importSavedObjects(login, objects))).code).toBe("OPENSEARCH_NOT_FOUND");
  expect((await refusal(readSavedObjects(login, objects))).code).toBe("OPENSEARCH_NOT_FOUND");
});
