import { expect, test } from "@jest/globals";
import type { OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { desiredState } from "#adapters/opensearch/provisioning/desired.ts";
import { applyOpenSearch, hasFailed, isEmpty, planOpenSearch } from "#adapters/opensearch/provisioning/plan.ts";
import { parseConfig } from "#core/config/index.ts";
import { ownNode } from "../support/own-node.ts";

const node = ownNode();
const options = { dashboards: null, now: Date.now, pause: async () => {} };
const desired = desiredState({ config: parseConfig({ opensearch: { replicas: 0 } }), namespace: "killed-" });

test("a node that dies in the middle: the run says so, and another one completes it", async () => {
  const broken = await applyOpenSearch(desired, killing(node.connection, /_index_template\/.*incidents$/), options);
  expect(hasFailed(broken)).toBe(true);
  expect(broken.results.filter(({ code }) => code === "OPENSEARCH_UNREACHABLE")).not.toEqual([]);
  expect(broken.results.at(-1)).toMatchObject({ kind: "version", outcome: "skipped" });

  await node.restart();
  const again = await applyOpenSearch(desired, node.connection, options);
  expect(again.results.filter(({ outcome }) => outcome === "failed" || outcome === "skipped")).toEqual([]);
  expect(isEmpty(await planOpenSearch(desired, node.connection, options))).toBe(true);
  const { body } = await node.connection.send("GET", "/_index_template/killed-*");
  expect(body.index_templates.map(({ name }: { name: string }) => name).sort()).toEqual(
    desired.templates.map(({ name }) => name).sort(),
  );
}, 600_000);

/** The node dies while it is asked to change something of this path. */
const killing = (connection: OpenSearchConnection, path: RegExp): OpenSearchConnection => ({
  url: connection.url,
  send: async (method, asked, request) => {
    if (method !== "PUT" || !path.test(asked)) return connection.send(method, asked, request);
    const [answer] = await Promise.allSettled([connection.send(method, asked, request), node.kill()]);
    if (answer.status === "rejected") throw answer.reason;
    return answer.value;
  },
  close: () => connection.close(),
});
