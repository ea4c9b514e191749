import { beforeAll, describe, expect, test } from "@jest/globals";
import { connectOpenSearch, type OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { unreachable } from "#adapters/opensearch/errors.ts";
import { indexNames } from "#adapters/opensearch/index-names.ts";
import type { Context } from "#adapters/opensearch/provisioning/context.ts";
import { readCoverage } from "#adapters/opensearch/provisioning/coverage.ts";
import { type DesiredState, desiredState } from "#adapters/opensearch/provisioning/desired.ts";
import { destroyOpenSearch } from "#adapters/opensearch/provisioning/destroy.ts";
import { COVERAGE_ID, detectorBody } from "#adapters/opensearch/provisioning/detectors.ts";
import { readEngine } from "#adapters/opensearch/provisioning/engine.ts";
import { applyOpenSearch, hasFailed, isEmpty, planOpenSearch } from "#adapters/opensearch/provisioning/plan.ts";
import { readStatus } from "#adapters/opensearch/provisioning/status.ts";
import { parseConfig } from "#core/config/index.ts";
import { liveNode } from "../support/live-node.ts";
import { writeRollups } from "./dense-rollups.ts";

/** What a core has without plugins; detectors are left out also where there are some: their own file makes them. */
const node = liveNode();
const options = { dashboards: null, now: Date.now, pause: async () => {} };
const desiredIn = (part: string, forest: object = { detectors: [] }): DesiredState =>
  desiredState({
    config: parseConfig({ opensearch: { replicas: 0, forest } }),
    namespace: `${node.namespace}${part}-`,
  });

test("provisioned twice: the second time nothing is to be done", async () => {
  const desired = desiredIn("twice");
  const first = await applyOpenSearch(desired, node.connection, options);
  expect(first.results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
  expect(first.results.filter(({ kind, outcome }) => kind === "index template" && outcome === "done")).toHaveLength(
    desired.templates.length,
  );
  expect(isEmpty(await planOpenSearch(desired, node.connection, options))).toBe(true);
  const second = await applyOpenSearch(desired, node.connection, options);
  expect(second.results.filter(({ outcome }) => outcome === "done")).toEqual([]);
});

test("after the connection breaks anywhere, running it again completes it", async () => {
  // Ten only read; then come the templates, the mappings, and last the version.
  for (const requests of [12, 18, 24]) {
    const desired = desiredIn(`broken-${requests}`);
    expect(hasFailed(await applyOpenSearch(desired, breaking(node.connection, requests), options))).toBe(true);
    expect(hasFailed(await applyOpenSearch(desired, node.connection, options))).toBe(false);
    expect(isEmpty(await planOpenSearch(desired, node.connection, options))).toBe(true);
  }
});

/** Answers so many requests, then none. */
function breaking(connection: OpenSearchConnection, requests: number): OpenSearchConnection {
  let left = requests;
  return {
    url: connection.url,
    send: async (method, path, request) => {
      left -= 1;
      if (left < 0) throw unreachable(new Error("socket hang up"), connection.url, `${method} ${path}`);
      return connection.send(method, path, request);
    },
    close: async () => {},
  };
}

describe("indices of an older version", () => {
  const desired = (): DesiredState => desiredIn("older");
  const names = indexNames(`${node.namespace}older-`);
  const month = `${names.namespace}usage-rollups-2026.01`;
  const conflicting = `${names.namespace}usage-rollups-2026.02`;

  beforeAll(async () => {
    const mappings = (entity: object) => ({
      mappings: {
        dynamic: "false",
        _meta: { trailwatch: { version: 0 } },
        properties: { "@timestamp": { type: "date" }, signal: { type: "keyword" }, ...entity },
      },
    });
    await node.connection.send("PUT", `/${month}`, { body: mappings({}) });
    await node.connection.send("PUT", `/${conflicting}`, { body: mappings({ entity: { type: "text" } }) });
    await node.connection.send("POST", `/${month}/_doc`, {
      query: { refresh: true },
      body: { "@timestamp": 1, entity: "1|a" },
    });
  });

  test("get the fields that they lack; what cannot be changed stays and is said; and that is all", async () => {
    const { results } = await applyOpenSearch(desired(), node.connection, options);
    const found = results.filter(({ kind }) => kind === "mapping");
    expect(found).toEqual([
      expect.objectContaining({ name: month, outcome: "done" }),
      expect.objectContaining({ name: conflicting, outcome: "done", reason: expect.stringMatching(/: entity$/) }),
    ]);
    const { body } = await node.connection.send("GET", `/${month},${conflicting}/_mapping`);
    expect(body[month].mappings).toMatchObject({
      _meta: { trailwatch: { version: 1 } },
      properties: { entity: { type: "keyword" }, root: { type: "double" } },
    });
    expect(body[conflicting].mappings._meta.trailwatch.version).toBe(0);
    const second = await planOpenSearch(desired(), node.connection, options);
    expect(isEmpty(second)).toBe(true);
    expect(second.results.find(({ name }) => name === conflicting)?.outcome).toBe("left");
  });

  test("of a newer one are refused, and nothing is changed", async () => {
    const newer = desiredIn("newer");
    const index = `${newer.names.namespace}usage-events-2026.01.01`;
    await node.connection.send("PUT", `/${index}`, { body: { mappings: { _meta: { trailwatch: { version: 99 } } } } });
    await expect(applyOpenSearch(newer, node.connection, options)).rejects.toMatchObject({ code: "STORE_VERSION" });
    const { status } = await node.connection.send("GET", `/_index_template/${newer.templates[0]?.name}`, {
      allow: [404],
    });
    expect(status).toBe(404);
  });
});

describe("entities that the forest leaves out", () => {
  const desired = desiredIn("covered", { detectors: [{ signal: "denied-calls" }], memoryMiB: 0.8 });
  const { names } = desired;

  beforeAll(async () => {
    for (const { name, body } of desired.templates)
      await node.connection.send("PUT", `/_index_template/${name}`, { body });
    await writeRollups(node, names, ["denied-calls"], Date.now(), 12);
  });

  test("are the quietest", async () => {
    const context: Context = {
      ...options,
      connection: node.connection,
      engine: await readEngine(node.connection),
      desired,
      isMade: () => false,
    };
    const coverage = await readCoverage(context);
    expect(coverage).toMatchObject({ active: 3, memory: { entities: 2 } });
    expect(coverage?.excluded).toHaveLength(1);
  });

  test("are not found by what a detector asks, as soon as the list names them", async () => {
    const [spec] = desired.detectors;
    const { filter_query } = detectorBody(spec as NonNullable<typeof spec>, "3.7.0", names, true);
    const found = async (): Promise<string[]> => {
      const body = { size: 0, query: filter_query, aggregations: { who: { terms: { field: "entity" } } } };
      const answer = await node.connection.send("POST", `/${names.rollups}/_search`, { body });
      return answer.body.aggregations.who.buckets.map(({ key }: { key: string }) => key).sort();
    };
    const list = (excluded: readonly string[]) =>
      node.connection.send("PUT", `/${names.state}/_doc/${COVERAGE_ID}`, {
        query: { refresh: true },
        body: { kind: COVERAGE_ID, version: 1, value: { excluded } },
      });
    await list([]);
    expect(await found()).toHaveLength(3);
    await list(["222222222222|eu-west-1", "333333333333|eu-west-1"]);
    expect(await found()).toEqual(["111111111111|eu-west-1"]);
  });
});

describe("status and removal", () => {
  const desired = desiredIn("gone");

  test("say and remove what is there; what is not ours stays", async () => {
    const { names } = desired;
    await applyOpenSearch(desired, node.connection, options);
    await writeRollups(node, names, ["denied-calls"], Date.UTC(2026, 10, 20), 2);
    const theirs = `${names.namespace}usage-events-of-theirs`;
    await node.connection.send("PUT", `/${theirs}`);
    const status = await readStatus(desired, node.connection, options);
    expect(status.versions).toEqual({ state: 1, mappings: 1 });
    expect(status.stores.find(({ pattern }) => pattern === names.rollups)).toMatchObject({
      indices: 1,
      documents: 72,
      newest: Date.UTC(2026, 10, 19, 23, 55),
      broken: [],
    });
    const removal = { ...options, dryRun: false };
    expect(hasFailed(await destroyOpenSearch(desired, node.connection, { ...removal, withData: false }))).toBe(false);
    const listed = async (): Promise<string[]> => {
      const { body } = await node.connection.send("GET", `/_cat/indices/${names.namespace}*`, {
        query: { format: "json" },
      });
      return body.map(({ index }: { index: string }) => index).sort();
    };
    expect(await listed()).toEqual([names.state, theirs, `${names.namespace}usage-rollups-2026.11`].sort());
    expect(hasFailed(await destroyOpenSearch(desired, node.connection, { ...removal, withData: true }))).toBe(false);
    expect(await listed()).toEqual([theirs]);
    expect((await destroyOpenSearch(desired, node.connection, { ...removal, withData: true })).results).toEqual([]);
  });
});

test("nobody at the address is said before anything else", async () => {
  const nowhere = connectOpenSearch({ url: "http://127.0.0.1:9", authentication: { kind: "none" } });
  await expect(planOpenSearch(desiredIn("nowhere"), nowhere, options)).rejects.toMatchObject({
    code: "OPENSEARCH_UNREACHABLE",
    nextStep: expect.stringMatching(/address/),
  });
});
