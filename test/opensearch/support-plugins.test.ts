import { expect, test } from "@jest/globals";
import { cleanUp } from "./support/clean-up.ts";
import { nodeWith, whereIs } from "./support/plugin-node.ts";

const node = nodeWith("opensearch-anomaly-detection");
const DETECTORS = "/_plugins/_anomaly_detection/detectors";

test("the node has the plugin, wherever it is", async () => {
  expect(node.place).toBe(whereIs("opensearch-anomaly-detection"));
  expect([...node.plugins]).toContain("opensearch-anomaly-detection");
  const { body } = await node.connection.send("GET", "/_cat/plugins", { query: { format: "json" } });
  const components = body.map(({ component }: { component: string }) => component);
  expect(components).toEqual(expect.arrayContaining([...node.plugins]));
});

test("a detector that runs is stopped and removed by its namespace", async () => {
  const { connection, namespace } = node;
  const source = `${namespace}source`;
  await connection.send("PUT", `/${source}`, {
    body: {
      mappings: {
        properties: { "@timestamp": { type: "date" }, signal: { type: "keyword" }, value: { type: "double" } },
      },
    },
  });
  await connection.send("POST", `/${source}/_doc`, {
    query: { refresh: true },
    body: { "@timestamp": node.now(), signal: "things", value: 1 },
  });
  const period = (interval: number) => ({ period: { interval, unit: "Minutes" } });
  const made = await connection.send("POST", DETECTORS, {
    body: {
      name: `${namespace}things`,
      description: "a test's",
      time_field: "@timestamp",
      indices: [source],
      filter_query: { bool: { filter: [{ term: { signal: "things" } }] } },
      shingle_size: 8,
      feature_attributes: [
        { feature_name: "value", feature_enabled: true, aggregation_query: { value: { sum: { field: "value" } } } },
      ],
      detection_interval: period(5),
      window_delay: period(7),
    },
  });
  await connection.send("POST", `${DETECTORS}/${made.body._id}/_start`);
  await cleanUp(connection, namespace, node.plugins);
  const after = await connection.send("GET", `${DETECTORS}/${made.body._id}`, { allow: [404] });
  expect(after.status).toBe(404);
});
