import { expect, test } from "@jest/globals";
import type { Incident } from "#core/domain/incident.ts";
import { MINUTE } from "#core/domain/time.ts";
import type { KeptIncident } from "#core/ports/live-incidents.ts";
import { Random } from "#simulator/prng.ts";
import { scoreWorld } from "../../bench/evaluation/score-world.ts";
import { chainWorld, SIZE } from "./support/chain-world.ts";
import { withDelays } from "./support/deliveries.ts";
import { differences, lateRecords } from "./support/differences.ts";

const deliveries = withDelays(SIZE);
const random = new Random("batches");
const world = chainWorld(deliveries, (payloads) => random.shuffled(payloads));

/** As subscribers and dashboards see them. */
const whole = (kept: readonly KeptIncident[]): readonly Incident[] =>
  kept.map(({ draft, explained }) => ({ ...draft, ...explained }) as Incident);

const missed = (incidents: readonly Incident[]): readonly string[] =>
  scoreWorld(world().embedded.truth, incidents)
    .incidents.filter(({ failings }) => failings.length > 0)
    .map(({ story, failings }) => `${story.name}: ${failings.join(", ")}`);

test("every event is stored once", async () => {
  const { chain, embedded } = world();
  expect((await chain.documents("usage-events-*")).size).toBe(embedded.events);
});

test("what was planted is found, and every difference has a reason", async () => {
  const { chain, embedded } = world();
  const kept = whole(await chain.incidents());
  expect(missed(kept)).toEqual(missed(embedded.incidents));
  const late = lateRecords(deliveries, embedded.config.detection.latenessMinutes * MINUTE);
  const found = differences(embedded.incidents, kept, late);
  for (const { incident, what, reason } of found) process.stderr.write(`${incident}: ${what}: ${reason}\n`);
  expect(found.filter(({ reason }) => reason === null)).toEqual([]);
});
