import { expect, test } from "@jest/globals";
import { OpenSearchInsightLog } from "#adapters/opensearch/insight-log.ts";
import { DAY, MINUTE } from "#core/domain/time.ts";
import { insightLogContract, sampleInsight } from "../contract/insight-log.ts";
import { emptyPlace } from "./filled-opensearch.ts";
import { liveNode } from "./support/live-node.ts";

const node = liveNode();
const NOW = Date.UTC(2026, 10, 4);
const EVER = { start: 0, end: NOW + 365 * DAY };

const open = async () => {
  const place = await emptyPlace(node);
  return { ...place, log: new OpenSearchInsightLog(place.connection, place.names, () => NOW) };
};

insightLogContract("OpenSearch", async () => (await open()).log);

test("records beyond a page are read completely and in order, from every month", async () => {
  const { log } = await open();
  const many = Array.from({ length: 2001 }, (_, n) =>
    sampleInsight(`i-${String(n).padStart(4, "0")}`, { time: NOW + Math.floor(n / 50) * DAY }),
  );
  await log.keep([...many].reverse());
  const read = await log.records(EVER);
  expect(read).toEqual(many);
  expect(await log.records({ start: NOW + DAY, end: NOW + DAY + 1 })).toEqual(many.slice(50, 100));
});

test("whatever a record holds, it is kept, and told from the others", async () => {
  const { log } = await open();
  const long = "x".repeat(40_000);
  const strange = [
    sampleInsight(`${long}1`, { action: long, service: "", errorCode: long, region: "'\"\n{}*\\" }),
    sampleInsight(`${long}2`, { baseline: null, insight: null, durationMinutes: 0.5, sharedEventId: null }),
    sampleInsight("", { account: long, attributions: [{ attribute: "user-agent", value: long, average: 1e-9 }] }),
  ];
  await log.keep(strange);
  expect(new Set(await log.records(EVER))).toEqual(new Set(strange));
  await log.keep([
    sampleInsight("nul\0", { attributions: [{ attribute: "principal", value: "half \ud800", average: 1 }] }),
  ]);
  const stored = (await log.records(EVER)).find(({ id }) => id.startsWith("nul"));
  expect([stored?.id, stored?.attributions[0]?.value]).toEqual(["nul\u2400", "half \ufffd"]);
});

test("people find them by what events are found by", async () => {
  const { log, connection, names } = await open();
  await log.keep([
    sampleInsight("a", { insight: 12.5 }),
    sampleInsight("b", { time: NOW + MINUTE, action: "DeleteBucket", service: "s3" }),
  ]);
  await log.records(EVER);
  const { body } = await connection.send("POST", `/${names.insights}/_search`, {
    body: {
      query: {
        bool: { filter: [{ term: { call: "ec2:RunInstances" } }, { term: { state: "start" } }] },
      },
      aggs: { most: { max: { field: "insight" } }, types: { terms: { field: "insight_type" } } },
    },
  });
  expect(body.hits.hits).toHaveLength(1);
  expect(body.hits.hits[0]._source).toMatchObject({ event_id: "a", written_at: NOW });
  expect(body.aggregations.most.value).toBe(12.5);
  expect(body.aggregations.types.buckets).toEqual([{ key: "ApiCallRateInsight", doc_count: 1 }]);
});
