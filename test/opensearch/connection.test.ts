import { expect, test } from "@jest/globals";
import { connectOpenSearch, type Method, type Request } from "#adapters/opensearch/connection.ts";
import { refusalOf } from "#adapters/opensearch/errors.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { liveNode } from "./support/live-node.ts";

const { connection, namespace, options, version } = liveNode();
const index = `${namespace}connection`;

async function refused(method: Method, path: string, request?: Request): Promise<TrailwatchError> {
  const error = await connection.send(method, path, request).then(
    ({ status }) => new Error(`answered with ${status}`),
    (reason: unknown) => reason,
  );
  if (error instanceof TrailwatchError) return error;
  throw error;
}

test("the root says which version it is", async () => {
  const { status, body } = await connection.send("GET", "/");
  expect(status).toBe(200);
  expect(body.version).toMatchObject({ number: version });
});

test("documents go in by lines, come back by search, and a bulk with a refused item is an answer", async () => {
  const lines = [
    { create: { _index: index, _id: "1" } },
    { text: "snow ☃" },
    { create: { _index: index, _id: "1" } },
    { text: "again" },
  ];
  const { status, body } = await connection.send("POST", "/_bulk", {
    query: { refresh: true },
    lines: `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`,
  });
  expect(status).toBe(200);
  expect(body.errors).toBe(true);
  expect(body.items.map(({ create }: { create: { status: number } }) => create.status)).toEqual([201, 409]);
  const found = await connection.send("POST", `/${index}/_search`, { body: { query: { ids: { values: ["1"] } } } });
  expect(found.body.hits.hits[0]._source).toEqual({ text: "snow ☃" });
});

test("HEAD answers without a body, and a missing index is an answer where it is allowed", async () => {
  await connection.send("PUT", `/${index}-there`);
  await expect(connection.send("HEAD", `/${index}-there`)).resolves.toEqual({ status: 200, body: null });
  await expect(connection.send("HEAD", `/${index}-missing`, { allow: [404] })).resolves.toEqual({
    status: 404,
    body: null,
  });
  expect((await refused("HEAD", `/${index}-missing`)).code).toBe("OPENSEARCH_NOT_FOUND");
});

test("a missing index: its name, the request, and what to do", async () => {
  const error = await refused("POST", `/${index}-missing/_search`, { body: { query: { match_all: {} } } });
  expect(error.code).toBe("OPENSEARCH_NOT_FOUND");
  expect(error.message).toBe(
    `OpenSearch answers POST /${index}-missing/_search with 404: index_not_found_exception: no such index [${index}-missing]`,
  );
  expect(error.nextStep).toContain("trailwatch opensearch apply");
  expect(refusalOf(error.cause)).toEqual({
    type: "index_not_found_exception",
    reason: `no such index [${index}-missing]`,
  });
  const allowed = await connection.send("GET", `/${index}-missing`, { allow: [404] });
  expect(allowed.status).toBe(404);
  expect(refusalOf(allowed.body).type).toBe("index_not_found_exception");
});

test("a query that is none is refused with the reason", async () => {
  const error = await refused("POST", "/_search", { body: { query: { nope: {} } } });
  expect(error.code).toBe("OPENSEARCH_REFUSED");
  expect(error.message).toBe("OpenSearch answers POST /_search with 400: parsing_exception: unknown query [nope]");
});

test("a bulk without its last newline is refused as a whole", async () => {
  const error = await refused("POST", "/_bulk", { lines: `{"create":{"_index":"${index}"}}\n{"text":"cut"}` });
  expect(error.code).toBe("OPENSEARCH_REFUSED");
  expect(error.message).toContain("The bulk request must be terminated by a newline");
});

test("an API that the node does not have, and a method that its API does not: a text in place of an error", async () => {
  const missing = await refused("GET", "/_plugins/_no_such_plugin/things");
  expect(missing.code).toBe("OPENSEARCH_REFUSED");
  expect(missing.message).toBe(
    "OpenSearch answers GET /_plugins/_no_such_plugin/things with 400: error: no handler found for uri [/_plugins/_no_such_plugin/things] and method [GET]",
  );
  const method = await refused("PUT", "/_search");
  expect(method.code).toBe("OPENSEARCH_REFUSED");
  expect(method.message).toMatch(
    /^OpenSearch answers PUT \/_search with 405: error: Incorrect HTTP method for uri \[\/_search\] and method \[PUT\]/,
  );
});

test("more than the node takes in one request", async () => {
  const { body } = await connection.send("GET", "/_nodes/http");
  const limits = Object.values<{ http: { max_content_length_in_bytes: number } }>(body.nodes);
  const most = Math.min(...limits.map(({ http }) => http.max_content_length_in_bytes));
  const error = await refused("POST", "/_bulk", { lines: `${"x".repeat(most)}\n` });
  expect(error.code).toBe("OPENSEARCH_REFUSED");
  expect(error.message).toBe("OpenSearch answers POST /_bulk with 413: error: no reason given");
  expect(error.nextStep).toContain("http.max_content_length");
});

test("an index that may not be written: read-only, with how to lift it", async () => {
  await connection.send("PUT", `/${index}-full`);
  const block = (on: boolean) =>
    connection.send("PUT", `/${index}-full/_settings`, { body: { "index.blocks.read_only_allow_delete": on || null } });
  await block(true);
  const error = await refused("PUT", `/${index}-full/_doc/1`, { body: { text: "no room" } });
  await block(false);
  expect(error.code).toBe("OPENSEARCH_READ_ONLY");
  expect(error.message).toContain("cluster_block_exception");
  expect(error.nextStep).toContain("index.blocks.read_only_allow_delete=null");
});

test("a port where nothing listens: the address, without user and password", async () => {
  const url = "http://127.0.0.1:1";
  const nowhere = connectOpenSearch({
    ...options,
    url,
    pausesMs: [1],
    authentication: { kind: "basic", username: "admin", password: "secret-word" },
  });
  try {
    const error = await nowhere.send("GET", "/").catch((reason: unknown) => reason as TrailwatchError);
    expect(error).toMatchObject({ code: "OPENSEARCH_UNREACHABLE", nextStep: expect.stringContaining("address") });
    expect((error as TrailwatchError).message).toContain(`no answer from ${url} to GET /`);
    expect((error as TrailwatchError).message).not.toContain("secret-word");
  } finally {
    await nowhere.close();
  }
});
