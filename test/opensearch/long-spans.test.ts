import { beforeAll, expect, test } from "@jest/globals";
import { arrivedSince } from "#adapters/opensearch/asking/arrivals.ts";
import { asking, compositeBuckets, timeSource } from "#adapters/opensearch/asking/search.ts";
import { writeEvents } from "#adapters/opensearch/documents/bulk-writer.ts";
import { indexTemplates } from "#adapters/opensearch/documents/mappings.ts";
import { type IndexNames, indexNames } from "#adapters/opensearch/index-names.ts";
import { refresh } from "#adapters/opensearch/write-all.ts";
import { bucketStart, type EpochMs, HOUR } from "#core/domain/time.ts";
import { sampleEvent } from "../fakes/usage-events.ts";
import { liveNode } from "./support/live-node.ts";

const node = liveNode();
const START = Date.UTC(2026, 10, 1);
const HOURS = 72;
/** Those of the last hours are written later. */
const LATER = 6;
const FIRST = START + 100 * HOUR;
const SECOND = START + 101 * HOUR;

let names: IndexNames;

beforeAll(async () => {
  names = indexNames(node.namespace);
  for (const { name, body } of indexTemplates(names, { replicas: 0 })) {
    await node.connection.send("PUT", `/_index_template/${name}`, { body });
  }
  await write(0, HOURS - LATER, FIRST);
  await write(HOURS - LATER, HOURS, SECOND);
  await refresh(node.connection, names.events);
}, 120_000);

async function write(from: number, to: number, now: EpochMs): Promise<void> {
  const account = {
    id: "1",
    alias: "1",
    type: "unknown",
    ouPath: null,
    costCenter: null,
    owner: null,
    tags: {},
  } as const;
  const entries = Array.from({ length: to - from }, (_, at) => ({
    event: sampleEvent({ id: `event-${from + at}`, time: START + (from + at) * HOUR }),
    account: { ...account, known: false },
    details: { counted: true, fingerprint: "", firsts: [] },
  }));
  await writeEvents(node.connection, names, entries, { now: () => now });
}

test("buckets of time are paged through across days, each of which has an index", async () => {
  const buckets: EpochMs[] = [];
  const question = { query: { match_all: {} }, sources: [timeSource("hour", "@timestamp", HOUR)], pageSize: 5 };
  for await (const { key, doc_count } of compositeBuckets(asking(node.connection, names.events), question)) {
    expect(doc_count).toBe(1);
    buckets.push(key.hour);
  }
  expect(buckets).toEqual(Array.from({ length: HOURS }, (_, hour) => START + hour * HOUR));
});

test("events say themselves when they were written", async () => {
  const later = Array.from({ length: LATER }, (_, at) => bucketStart(START + (HOURS - LATER + at) * HOUR));
  expect(await arrivedSince(asking(node.connection, names.events), SECOND)).toEqual(later);
  expect(await arrivedSince(asking(node.connection, names.events), FIRST)).toHaveLength(HOURS);
  expect(await arrivedSince(asking(node.connection, names.events), SECOND + 1)).toEqual([]);
});
