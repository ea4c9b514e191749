import { expect, test } from "@jest/globals";
import { noteDrills, OpenSearchDrillLog } from "#adapters/opensearch/drill-log.ts";
import type { Drill } from "#core/drill/drill.ts";
import { emptyPlace } from "./filled-opensearch.ts";
import { liveNode } from "./support/live-node.ts";

const node = liveNode();
const NOW = Date.UTC(2026, 10, 4);

const DRILL: Drill = {
  id: "drill-20261104t000000z-0a1b2c",
  by: "arn:aws:sts::111122223333:assumed-role/Ops/ana\u202e",
  sentAt: NOW - 1000,
  arrivedAt: NOW,
  over: false,
};

test("the last drill is noted apart from all events, and read back at once", async () => {
  const { connection, names } = await emptyPlace(node);
  const log = new OpenSearchDrillLog(connection, names);
  expect(await log.last()).toBeNull();
  await noteDrills(connection, names, [DRILL], {});
  expect(await log.last()).toEqual(DRILL);
  await noteDrills(connection, names, [DRILL, { ...DRILL, over: true }], {});
  expect(await log.last()).toEqual({ ...DRILL, over: true });
  const { body } = await connection.send("GET", `/_cat/indices/${names.events}`, { query: { format: "json" } });
  expect(body).toEqual([]);
});
