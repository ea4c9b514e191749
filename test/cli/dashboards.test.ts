import { expect, test } from "@jest/globals";
import { indexNames } from "#adapters/opensearch/index-names.ts";
import { savedObjects } from "#adapters/opensearch/saved-objects/saved-objects.ts";
import { run } from "./trailwatch.ts";

test("the dashboards come as a line an object, and no cluster is asked", async () => {
  const { code, stdout } = await run("opensearch", "dashboards", "--namespace", "team-a-");
  expect(code).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual(savedObjects(indexNames("team-a-")));
});

test("a namespace that no index can begin with is a mistake of the command line", async () => {
  const { code, stdout, stderr } = await run("opensearch", "dashboards", "--namespace", "Team A");
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("--namespace");
});
