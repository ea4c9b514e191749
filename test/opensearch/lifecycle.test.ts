import { expect, test } from "@jest/globals";
import { OpenSearchEventStore } from "#adapters/opensearch/asking/opensearch-event-store.ts";
import { writeEvents } from "#adapters/opensearch/documents/bulk-writer.ts";
import { deleteExpired, oldestKeptDay } from "#adapters/opensearch/documents/retention.ts";
import { measureSizes } from "#adapters/opensearch/documents/sizes.ts";
import {
  createRepository,
  listSnapshots,
  restoreSnapshot,
  takeSnapshot,
} from "#adapters/opensearch/documents/snapshots.ts";
import { indexNames } from "#adapters/opensearch/index-names.ts";
import { DAY } from "#core/domain/time.ts";
import { sampleEvent } from "../fakes/usage-events.ts";
import { addEvents, emptyPlace, type Place } from "./filled-opensearch.ts";
import { liveNode } from "./support/live-node.ts";
import { snapshotFolder } from "./support/snapshot-folder.ts";

const node = liveNode();

const NOW = Date.UTC(2026, 10, 3, 15);
const RETENTION = { eventDays: 3, rollupDays: 3 };

/** An event on each of the days before today. */
const daily = (days: number) =>
  Array.from({ length: days }, (_, age) => ({
    event: sampleEvent({ id: `e-${age}`, time: NOW - age * DAY }),
    counted: true,
  }));

async function indices({ connection, names }: Place): Promise<readonly string[]> {
  const { body } = await connection.send("GET", `/_cat/indices/${names.events},${names.rollups},${names.insights}`, {
    query: { format: "json", h: "index" },
  });
  return body.map(({ index }: { index: string }) => index).sort();
}

test("days that are not kept any more are deleted whole, and a replay does not bring them back", async () => {
  const place = await emptyPlace(node);
  const { connection, names } = place;
  await addEvents(place, daily(5));
  const months = [names.insightsAt, names.rollupsAt];
  for (const time of [NOW - 90 * DAY, NOW]) {
    for (const indexAt of months) await connection.send("PUT", `/${indexAt(time)}`);
  }
  const kept = [0, 1, 2].map((age) => names.eventsAt(NOW - age * DAY));
  expect(await deleteExpired(connection, names, RETENTION, NOW)).toEqual({
    deleted: [4, 3]
      .map((age) => names.eventsAt(NOW - age * DAY))
      .concat(months.map((indexAt) => indexAt(NOW - 90 * DAY))),
    left: [],
  });
  const left = [...kept, ...months.map((indexAt) => indexAt(NOW))].sort();
  expect(await indices(place)).toEqual(left);
  const replayed = daily(5).map(({ event }) => ({
    event,
    account: {
      id: event.account,
      alias: "a",
      type: "unknown" as const,
      ouPath: null,
      costCenter: null,
      owner: null,
      tags: {},
      known: false,
    },
    details: { counted: true, fingerprint: "", firsts: [] },
  }));
  const oldestDay = oldestKeptDay(NOW, RETENTION.eventDays);
  expect(await writeEvents(connection, names, replayed, { now: () => NOW, oldestDay })).toMatchObject({
    duplicates: 3,
    quarantined: 2,
  });
  expect(await indices(place)).toEqual(left);
  expect(await deleteExpired(connection, names, RETENTION, NOW)).toEqual({ deleted: [], left: [] });
});

test("a closed day is deleted as well", async () => {
  const place = await emptyPlace(node);
  await addEvents(place, daily(5).slice(4));
  const [old] = await indices(place);
  await place.connection.send("POST", `/${old}/_close`);
  expect((await deleteExpired(place.connection, place.names, RETENTION, NOW)).deleted).toEqual([old]);
});

test("sizes are those of all days together", async () => {
  const place = await emptyPlace(node);
  expect(await measureSizes(place.connection, place.names)).toEqual({
    events: { documents: 0, bytes: 0 },
    rollups: { documents: 0, bytes: 0 },
  });
  await addEvents(place, daily(3));
  await place.connection.send("POST", `/${place.names.events}/_flush`);
  const { events } = await measureSizes(place.connection, place.names);
  expect(events.documents).toBe(3);
  expect(events.bytes).toBeGreaterThan(0);
});

test("a snapshot holds everything of ours, and is restored beside what is there", async () => {
  const folder = await snapshotFolder(node);
  const place = await emptyPlace(node);
  const { connection, names } = place;
  if (folder === null) {
    const refused = createRepository(connection, names, { type: "fs", location: "/nowhere" });
    await expect(refused).rejects.toMatchObject({ code: "OPENSEARCH_REFUSED" });
    return;
  }
  await createRepository(connection, names, { type: "fs", location: `${folder}/${names.namespace}` });
  await createRepository(connection, names, { type: "fs", location: `${folder}/${names.namespace}` });
  expect(await listSnapshots(connection, names)).toEqual([]);
  await addEvents(place, daily(2));
  await connection.send("PUT", `/${names.insightsAt(NOW)}`);
  const other = await emptyPlace(node);
  await addEvents(other, daily(1));
  const first = await takeSnapshot(connection, names, NOW);
  expect(first).toMatchObject({
    name: "trailwatch-2026-11-03-150000",
    state: "SUCCESS",
    indices: await indices(place),
  });
  const second = await takeSnapshot(connection, names, NOW + 1000);
  expect((await listSnapshots(connection, names)).map(({ name }) => name)).toEqual([first.name, second.name]);

  const today = names.eventsAt(NOW);
  await connection.send("DELETE", `/${today}`);
  expect(await restoreSnapshot(connection, names, first.name, { prefix: "restored-", indices: [today] })).toEqual([
    `restored-${today}`,
  ]);
  const restored = new OpenSearchEventStore(connection, indexNames(`restored-${names.namespace}`));
  expect((await restored.events({}, 10)).map(({ id }) => id)).toEqual(["e-0"]);
  expect(await indices(place)).toEqual([names.eventsAt(NOW - DAY), names.insightsAt(NOW)]);

  await expect(
    restoreSnapshot(connection, names, first.name, { prefix: "again-", indices: [other.names.eventsAt(NOW)] }),
  ).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(restoreSnapshot(connection, names, first.name, { prefix: "" })).rejects.toThrow(RangeError);
  await expect(restoreSnapshot(connection, names, "nope", { prefix: "again-" })).rejects.toMatchObject({
    code: "OPENSEARCH_NOT_FOUND",
  });
  for (const { name } of [first, second]) {
    await connection.send("DELETE", `/_snapshot/${names.namespace}trailwatch-snapshots/${name}`);
  }
});

test("a folder that the nodes may not use is refused in the node's own words", async () => {
  const { connection, names } = await emptyPlace(node);
  await expect(createRepository(connection, names, { type: "fs", location: "/nowhere/else" })).rejects.toMatchObject({
    code: "OPENSEARCH_REFUSED",
    message: expect.stringContaining("path.repo"),
  });
});

test("a bucket on a node without the plugin for it is refused", async () => {
  if (node.plugins.has("repository-s3")) return;
  const { connection, names } = await emptyPlace(node);
  await expect(createRepository(connection, names, { type: "s3", bucket: "b" })).rejects.toMatchObject({
    code: "OPENSEARCH_REFUSED",
    message: expect.stringContaining("s3"),
  });
});
