import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { asking, search, searchEach } from "#adapters/opensearch/asking/search.ts";
import { liveNode } from "./support/live-node.ts";
import { snapshotFolder } from "./support/snapshot-folder.ts";

const node = liveNode();
const { connection, namespace } = node;
const question = { query: { match_all: {} }, sort: [{ at: "asc" }] };
const mappings = { dynamic: false, properties: { at: { type: "long" } } };

/** An index with one document of some size, on one shard. */
async function indexWithDocument(index: string): Promise<void> {
  await connection.send("PUT", `/${index}`, { body: { settings: { number_of_replicas: 0 }, mappings } });
  const body = { at: 1, text: randomBytes(400_000).toString("base64") };
  await connection.send("POST", `/${index}/_doc/there`, { query: { refresh: true }, body });
}

test("shards that come to a node while they are waited for are in the answer", async () => {
  await indexWithDocument(`${namespace}late-a`);
  const late = `${namespace}late-b`;
  await connection.send("PUT", `/${late}`, {
    query: { wait_for_active_shards: 0 },
    body: { settings: { number_of_replicas: 0, "index.routing.allocation.require._name": "nobody" }, mappings },
  });
  const asked = asking(connection, `${namespace}late-*`);
  const answers = Promise.all([search(asked, question), searchEach(asked, [question])]);
  answers.catch(() => {});
  await connection.send("PUT", `/${late}/_settings`, { body: { "index.routing.allocation.require._name": null } });
  const [one, [each]] = await answers;
  for (const answer of [one, each]) expect(answer?.hits.hits.map(({ _id }) => _id)).toEqual(["there"]);
});

test("shards that are being recovered are missed, and what the others answer is not taken for all", async () => {
  const folder = await snapshotFolder(node);
  if (folder === null) return;
  const repository = `/_snapshot/${namespace}slow`;
  await connection.send("PUT", repository, {
    body: { type: "fs", settings: { location: `${folder}/${namespace}slow`, max_restore_bytes_per_sec: "20kb" } },
  });
  await indexWithDocument(`${namespace}copy-a`);
  await connection.send("PUT", `${repository}/s`, {
    query: { wait_for_completion: true },
    body: { indices: `${namespace}copy-a` },
  });
  await connection.send("POST", `${repository}/s/_restore`, {
    body: { rename_pattern: "^(.+)a$", rename_replacement: "$1b" },
  });
  const asked = asking(connection, `${namespace}copy-*`);
  const busy = { code: "OPENSEARCH_BUSY", message: `1 of 2 shards of ${asked.index} are still being recovered` };
  await expect(search(asked, question)).rejects.toMatchObject(busy);
  await expect(searchEach(asked, [question, question])).rejects.toMatchObject(busy);
  await connection.send("DELETE", `/${namespace}copy-b`);
  await connection.send("DELETE", `${repository}/s`);
});
