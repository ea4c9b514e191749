import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { LocalEventSource } from "#adapters/files/local-event-source.ts";
import { OpenSearchRollupStore } from "#adapters/opensearch/rollup-store.ts";
import type { Incident } from "#core/domain/incident.ts";
import { BUCKET, DAY, type EpochMs } from "#core/domain/time.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { METER_SIGNALS } from "#core/signals/definitions.ts";
import { scoreWorld } from "../../bench/evaluation/score-world.ts";
import { liveNode } from "./support/live-node.ts";
import { arrivingIn } from "./world/arrival.ts";
import { ClusteredWorld } from "./world/clustered.ts";
import { differences, essence, rollupLine } from "./world/compare.ts";
import { type EmbeddedWorld, embeddedWorld } from "./world/embedded.ts";

/** `TRAILWATCH_WORLD=12x21 npm run test:opensearch -- world`: accounts and days. */
const [accounts = 4, days = 8] = (process.env["TRAILWATCH_WORLD"] ?? "4x8").split("x").map(Number);
const SIZE = { accounts, days, seed: 7 };
const LONG = 60 * 60_000;

const node = liveNode();
let embedded: EmbeddedWorld;
let cluster: ClusteredWorld;
let found: readonly Incident[];

const signals = () => [...resolveSignals(embedded.config.signals), ...METER_SIGNALS];

beforeAll(async () => {
  embedded = await embeddedWorld(SIZE);
}, LONG);

afterAll(() => embedded?.remove());

async function collected(rows: AsyncIterable<RollupRow>): Promise<readonly RollupRow[]> {
  const all: RollupRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

const kept = (world: ClusteredWorld): Promise<readonly RollupRow[]> =>
  collected(
    new OpenSearchRollupStore(node.connection, world.names).read(
      { start: 0, end: Date.parse(embedded.truth.end) + DAY },
      signals().map(({ id }) => id),
    ),
  );

const missed = (incidents: readonly Incident[]) =>
  scoreWorld(embedded.truth, incidents)
    .incidents.filter(({ failings }) => failings.length > 0)
    .map(({ story, failings }) => `${story.name}: ${failings.join(", ")}`);

describe("a world whose events come complete and in order", () => {
  beforeAll(async () => {
    cluster = await ClusteredWorld.open(node, "whole", embedded);
    const indexed = await cluster.add(new LocalEventSource(embedded.logs));
    expect(indexed).toMatchObject({ created: embedded.events, conflicts: 0, quarantined: 0, unreadable: 0 });
    await cluster.rollUp();
    found = await cluster.analyse();
  }, LONG);

  test("what was planted is found", () => {
    expect(missed(found)).toEqual(missed(embedded.incidents));
    expect(scoreWorld(embedded.truth, found).incidents.length).toBeGreaterThan(0);
  });

  test("the incidents are the embedded ones, by id, accounts, principals and window; and in every other word", () => {
    expect(found.map(essence)).toEqual(embedded.incidents.map(essence));
    expect(differences(found, embedded.incidents)).toEqual([]);
  });

  test("the counts are the embedded ones, exactly", async () => {
    const counted = await collected(cluster.store.rollup(signals(), BUCKET));
    expect(counted.map(rollupLine)).toEqual(embedded.rollups.map(rollupLine));
  });

  test(
    "the roll-ups are the counts of closed buckets, and explicit zeros",
    async () => {
      const rows = await kept(cluster);
      const closed = rows.reduce((last, { bucket }) => Math.max(last, bucket), 0);
      const nonzero = rows.filter(({ value }) => value !== 0).map(rollupLine);
      expect(nonzero).toEqual(embedded.rollups.filter(({ bucket }) => bucket <= closed).map(rollupLine));
      expect(rows.length).toBeGreaterThan(2 * nonzero.length);
      expect(await cluster.rollUp()).toMatchObject({ written: 0, removed: 0 });
    },
    LONG,
  );
});

describe("a world whose events come late and in no order", () => {
  let late: ClusteredWorld;
  let lateFound: readonly Incident[];

  beforeAll(async () => {
    late = await ClusteredWorld.open(node, "late", embedded);
    const start = Date.parse(embedded.truth.start);
    const end = Date.parse(embedded.truth.end);
    const times: EpochMs[] = [start + (end - start) * 0.5, start + (end - start) * 0.8];
    for (const [stage, source] of (await arrivingIn(embedded.logs, times, SIZE.seed)).entries()) {
      await late.add(source, times[stage] ?? end);
      await late.rollUp();
    }
    lateFound = await late.analyse();
  }, LONG);

  test("what was planted is found, and every difference has a reason", () => {
    expect(missed(lateFound)).toEqual(missed(found));
    expect(differences(lateFound, found)).toEqual([]);
  });

  test(
    "the roll-ups, amended by what came late, are those of events that came in order",
    async () => {
      expect((await kept(late)).map(rollupLine)).toEqual((await kept(cluster)).map(rollupLine));
    },
    LONG,
  );
});
