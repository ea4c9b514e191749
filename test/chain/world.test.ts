import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Incident } from "#core/domain/incident.ts";
import { type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";
import { simulate } from "#simulator/index.ts";
import { Random } from "#simulator/prng.ts";
import { scoreWorld } from "../../bench/evaluation/score-world.ts";
import { type Emulator, startEmulator } from "../aws/emulator.ts";
import { liveNode } from "../opensearch/support/live-node.ts";
import { type EmbeddedWorld, embeddedWorld } from "../opensearch/world/embedded.ts";
import { essence } from "../unit/live/outcome.ts";
import { Chain } from "./support/chain.ts";
import { inOrder, withDelays } from "./support/deliveries.ts";
import { differences, lateRecords } from "./support/differences.ts";

/** `TRAILWATCH_WORLD=4x8 npm run test:chain -- world`: accounts and days. */
const [accounts = 2, days = 4] = (process.env["TRAILWATCH_WORLD"] ?? "2x4").split("x").map(Number);
const SIZE = { accounts, days, seed: 7 };
const LONG = 60 * MINUTE;

const node = liveNode();
let emulator: Emulator;
let embedded: EmbeddedWorld;
let organization: unknown;

beforeAll(async () => {
  emulator = await startEmulator();
  embedded = await embeddedWorld(SIZE);
  for (const { path, text } of simulate(SIZE)) if (path === "organization.json") organization = JSON.parse(text);
}, LONG);

afterAll(() => {
  emulator?.stop();
  embedded?.remove();
});

const open = (name: string): Promise<Chain> => {
  const { organizationId, start } = embedded.truth;
  return Chain.open({ node, emulator, name, organizationId, organization }, Date.parse(start));
};

/** Seldom in the first half, in which models learn; every hour in the second one. */
function times(until: EpochMs): readonly EpochMs[] {
  const start = Date.parse(embedded.truth.start);
  const half = (start + Date.parse(embedded.truth.end)) / 2;
  const found: EpochMs[] = [];
  for (let now = start + 6 * HOUR; now < until; now += now < half ? 6 * HOUR : HOUR) found.push(now);
  return [...found, until];
}

/** As subscribers and dashboards see them: what nobody looked at yet has no explanation. */
const whole = (kept: Awaited<ReturnType<Chain["incidents"]>>): readonly Incident[] =>
  kept.map(({ draft, explained }) => ({ ...draft, ...explained }) as Incident);

const missed = (incidents: readonly Incident[]): readonly string[] =>
  scoreWorld(embedded.truth, incidents)
    .incidents.filter(({ failings }) => failings.length > 0)
    .map(({ story, failings }) => `${story.name}: ${failings.join(", ")}`);

describe("a world whose events come complete and in order", () => {
  let chain: Chain;

  beforeAll(async () => {
    chain = await open("whole");
    await chain.live(inOrder(SIZE), times(Date.parse(embedded.truth.end) + 30 * MINUTE));
  }, LONG);
  afterAll(() => chain?.close());

  test("every event is stored once, and no payload was given up", async () => {
    expect((await chain.documents("usage-events-*")).size).toBe(embedded.events);
    expect(chain.givenUp).toBe(0);
  });

  test("the incidents are those of one analysis of it all", async () => {
    const kept = await chain.incidents();
    expect(kept.length).toBeGreaterThan(5);
    expect(essence(kept.map(({ draft }) => draft))).toEqual(essence(embedded.incidents));
  });

  test("a topic's subscriber gets every incident that pages, once a change, and no other", async () => {
    const kept = await chain.incidents();
    const told = new Set(chain.messages.map(({ id }) => id));
    const paged = kept.filter(({ draft }) => draft.paging.paged);
    expect(paged.length).toBeGreaterThan(3);
    for (const { draft, formerIds } of paged) expect([draft.id, ...formerIds].some((id) => told.has(id))).toBe(true);
    const said = chain.messages.map(({ id, occasion, severity }) => `${id} ${occasion} ${severity}`);
    expect(said).toHaveLength(new Set(said).size);
    const known = new Set(paged.flatMap(({ draft, formerIds }) => [draft.id, ...formerIds]));
    expect([...told].filter((id) => !known.has(id))).toEqual([]);
  });

  test("dashboards have what the table has", async () => {
    const kept = await chain.incidents();
    expect(await chain.documents("trailwatch-incidents")).toEqual(new Set(kept.map(({ draft }) => draft.id)));
  });
});

describe("a world whose events come as CloudTrail delivers them, in shuffled batches", () => {
  const deliveries = withDelays(SIZE);
  let chain: Chain;

  beforeAll(async () => {
    chain = await open("late");
    const last = deliveries.at(-1)?.at ?? 0;
    const random = new Random("batches");
    const until = Math.max(last, Date.parse(embedded.truth.end)) + HOUR;
    await chain.live(deliveries, times(until), (payloads) => random.shuffled(payloads));
  }, LONG);
  afterAll(() => chain?.close());

  test("every event is stored once", async () => {
    expect((await chain.documents("usage-events-*")).size).toBe(embedded.events);
  });

  test("what was planted is found, and every difference has a reason", async () => {
    const kept = whole(await chain.incidents());
    expect(missed(kept)).toEqual(missed(embedded.incidents));
    const late = lateRecords(deliveries, embedded.config.detection.latenessMinutes * MINUTE);
    const found = differences(embedded.incidents, kept, late);
    for (const { incident, what, reason } of found) process.stderr.write(`${incident}: ${what}: ${reason}\n`);
    expect(found.filter(({ reason }) => reason === null)).toEqual([]);
  });
});
