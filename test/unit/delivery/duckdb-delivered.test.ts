import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { DuckDbDeliveredEvents } from "#adapters/duckdb/delivered-events.ts";
import { DAY, HOUR, MINUTE } from "#core/domain/time.ts";
import { filledDuckDb } from "../../fakes/filled-duckdb.ts";
import { launched, sampleEvent } from "../../fakes/usage-events.ts";

const START = Date.UTC(2026, 10, 3, 2, 10);
const folder = mkdtempSync(join(tmpdir(), "trailwatch-delivered-"));
const path = join(folder, "store.duckdb");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const EVENTS = [
  sampleEvent({ id: "a", time: START }),
  sampleEvent({
    id: "b",
    time: START + MINUTE,
    action: "RunInstances",
    readOnly: false,
    quantities: [{ ...launched(3, "g5.12xlarge"), resourceIds: ["i-1"] }],
  }),
  sampleEvent({ id: "late", time: START + 2 * MINUTE }),
  sampleEvent({ id: "nameless", time: START + 3 * MINUTE, account: "222222222222" }),
];

/** `late` came in a file of its own an hour after the one of `a` and `b`; the file of `nameless` does not say when it came. */
beforeAll(async () => {
  const instance = await filledDuckDb(
    EVENTS.map((event, at) => ({ event, counted: at !== 0 })),
    path,
  );
  const connection = await instance.connect();
  await connection.run(`
    update files set delivered_at = epoch_ms(${START + 5 * MINUTE}::bigint);
    insert into files select * replace (1 as file_id, epoch_ms(${START + HOUR}::bigint) as delivered_at) from files;
    insert into files select * replace (2 as file_id, null as delivered_at) from files where file_id = 0;
    update events set key = key + (1::bigint << 32) where id_text = 'late';
    update events set key = key + (2::bigint << 32) where id_text = 'nameless';
    insert into insights values (1, 'i', epoch_ms(${START}::bigint), '111111111111', 'eu-west-1', '{"id":"i"}'),
      ((2::bigint << 32) + 1, 'j', epoch_ms(${START}::bigint), '111111111111', 'eu-west-1', '{"id":"j"}');
  `);
  connection.closeSync();
  instance.closeSync();
});

const opened = (times: "files" | "modelled"): Promise<DuckDbDeliveredEvents> =>
  DuckDbDeliveredEvents.open(path, {
    times,
    riskyAction: () => false,
    modelledDelivery: (account, _, time) => time + (account === "222222222222" ? 30 : 4) * MINUTE,
    modelledInsightDelivery: (time) => time + HOUR,
  });

test("events come when their files did, others when the model says; nothing is known before", async () => {
  const delivered = await opened("files");
  try {
    // A name says the minute: by its end the file was there.
    const first = START + 6 * MINUTE;
    expect(await delivered.span()).toEqual({ start: first, end: START + HOUR + MINUTE });
    expect(await delivered.advance(first - 1)).toEqual([]);
    expect(await (await delivered.known()).span()).toBeNull();
    const came = await delivered.advance(first);
    expect(came.map(({ event }) => event).sort((a, b) => a.time - b.time)).toEqual(EVENTS.slice(0, 2));
    expect(new Set(came.map(({ deliveredAt }) => deliveredAt))).toEqual(new Set([first]));
    expect(came.filter(({ counted }) => counted).map(({ event }) => event.id)).toEqual(["b"]);
    const asked = { window: { start: START, end: START + DAY } };
    expect(await (await delivered.known()).events(asked, 10)).toEqual(EVENTS.slice(0, 2));
    expect((await (await delivered.known()).facets(asked)).facets.items).toEqual([
      { value: "instances g5.12xlarge", count: 3 },
    ]);
    // In the minute of the event, half an hour later.
    expect((await delivered.advance(START + 33 * MINUTE)).map(({ event }) => event.id)).toEqual(["nameless"]);
    expect((await delivered.advance(START + 2 * HOUR)).map(({ event }) => event.id)).toEqual(["late"]);
    expect(await delivered.advance(START + DAY)).toEqual([]);
    expect(await (await delivered.known()).events(asked, 10)).toEqual(EVENTS);
    expect((await (await delivered.known()).coverage()).map(({ account, events }) => [account, events])).toEqual([
      ["111111111111", 3],
      ["222222222222", 1],
    ]);
    const insights = await delivered.insights();
    expect(insights.map(({ record, deliveredAt }) => [record.id, deliveredAt]).sort()).toEqual([
      ["i", first],
      ["j", START + HOUR],
    ]);
  } finally {
    await delivered.close();
  }
});

test("by the model alone, whatever files are called", async () => {
  const delivered = await opened("modelled");
  try {
    expect(await delivered.span()).toEqual({ start: START + 4 * MINUTE, end: START + 33 * MINUTE });
    expect((await delivered.advance(START + 5 * MINUTE)).map(({ event }) => event.id).sort()).toEqual(["a", "b"]);
    expect((await delivered.insights()).map(({ deliveredAt }) => deliveredAt)).toEqual([START + HOUR, START + HOUR]);
  } finally {
    await delivered.close();
  }
});

test("how late events came, whether they are known by now or not", async () => {
  const delivered = await opened("files");
  try {
    expect(await delivered.lateness({}, 15 * MINUTE)).toEqual({
      events: 4,
      late: 2,
      median: 6 * MINUTE,
      p95: 59 * MINUTE,
      longest: 59 * MINUTE,
    });
    expect(await delivered.lateness({ accounts: ["222222222222"] }, 15 * MINUTE)).toMatchObject({ events: 1, late: 1 });
    expect(await delivered.lateness({ accounts: ["333333333333"] }, 15 * MINUTE)).toEqual({
      events: 0,
      late: 0,
      median: 0,
      p95: 0,
      longest: 0,
    });
  } finally {
    await delivered.close();
  }
});
