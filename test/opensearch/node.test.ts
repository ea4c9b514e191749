import { expect, test } from "@jest/globals";
import { ownNode } from "./support/own-node.ts";

const node = ownNode({ "http.max_content_length": "1mb" });

test("a node of one's own: killed, it is gone; started again, it has what it had, and the settings it was given", async () => {
  const { connection } = node;
  await connection.send("PUT", "/things/_doc/1", { body: { text: "kept" }, query: { refresh: true } });
  await node.kill();
  await expect(connection.send("GET", "/")).rejects.toMatchObject({ code: "OPENSEARCH_UNREACHABLE" });
  await node.restart();
  await expect(connection.send("GET", "/things/_doc/1")).resolves.toMatchObject({
    body: { _source: { text: "kept" } },
  });
  await expect(connection.send("POST", "/_bulk", { lines: `${"x".repeat(2 ** 20)}\n` })).rejects.toMatchObject({
    code: "OPENSEARCH_REFUSED",
    nextStep: expect.stringContaining("http.max_content_length"),
  });
}, 300_000);
