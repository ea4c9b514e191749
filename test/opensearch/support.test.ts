import { expect, test } from "@jest/globals";
import { cleanUp } from "./support/clean-up.ts";
import { liveNode } from "./support/live-node.ts";

const { connection, namespace, plugins } = liveNode();

/** One of every kind that a test can make in the core; answers the names of those that are left. */
async function make(inside: string): Promise<() => Promise<string[]>> {
  const put = (path: string, body: object) => connection.send("PUT", path, { body });
  await put(`/${inside}plain`, {});
  await put(`/${inside}hidden`, { settings: { "index.hidden": true } });
  await put(`/${inside}closed`, {});
  await connection.send("POST", `/${inside}closed/_close`);
  await put(`/opensearch-ad-plugin-result-${inside}forest`, {});
  await put(`/_component_template/${inside}part`, { template: {} });
  await put(`/_index_template/${inside}whole`, { index_patterns: [`${inside}x*`], composed_of: [`${inside}part`] });
  await put(`/_ingest/pipeline/${inside}pipeline`, { processors: [] });
  return async () => {
    const paths = [
      ...["plain", "hidden", "closed"].map((name) => `/${inside}${name}`),
      `/opensearch-ad-plugin-result-${inside}forest`,
      `/_component_template/${inside}part`,
      `/_index_template/${inside}whole`,
      `/_ingest/pipeline/${inside}pipeline`,
    ];
    const statuses = await Promise.all(paths.map((path) => connection.send("GET", path, { allow: [404] })));
    return paths.filter((_, at) => statuses[at]?.status === 200);
  };
}

test("what a test file made is removed by its namespace, whatever its kind, and nothing else", async () => {
  const gone = await make(`${namespace}gone-`);
  const kept = await make(`${namespace}kept-`);
  await expect(gone()).resolves.toHaveLength(7);
  await cleanUp(connection, `${namespace}gone-`, plugins);
  await expect(gone()).resolves.toEqual([]);
  await expect(kept()).resolves.toHaveLength(7);
});
