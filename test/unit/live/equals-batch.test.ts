import { expect, test } from "@jest/globals";
import { DAY, type EpochMs, MINUTE } from "#core/domain/time.ts";
import { GrowingEventStore } from "../../fakes/growing-event-store.ts";
import { Deployment } from "./deployment.ts";
import { analysed, essence } from "./outcome.ts";
import { riskyAction, simulatedWorld } from "./simulated.ts";

/** Two days: in the first one models learn. */
const WORLD = simulatedWorld({ accounts: 2, days: 2, seed: 7 }, { live: { groupDays: 30, seriesDays: 30 } });

const DELAY = 4 * MINUTE;

test("a simulated world, minute by minute, becomes the incidents of one analysis of it all", async () => {
  const { entries, config, directory, insights } = WORLD;
  const store = new GrowingEventStore(riskyAction);
  store.add(entries, 0);
  const expected = await analysed(store, config, directory, insights);
  const deployment = new Deployment(config, directory);
  await deployment.insights.keep(insights);
  const start = entries[0]?.event.time ?? 0;
  // Until the last bucket has closed.
  const end = (entries.at(-1)?.event.time ?? 0) + 30 * MINUTE;
  let next = 0;
  const arriveBy = (now: EpochMs): void => {
    const from = next;
    while (next < entries.length && (entries[next]?.event.time ?? 0) + DELAY <= now) next++;
    deployment.events.add(entries.slice(from, next), now);
  };
  for (let now = start; now <= end; now += now < start + DAY ? 5 * MINUTE : MINUTE) {
    arriveBy(now);
    const { failed, deferred } = await deployment.watch(now);
    expect({ failed, deferred }).toEqual({ failed: [], deferred: 0 });
    await deployment.keep(now);
    expect((await deployment.say(now)).failed).toEqual([]);
  }
  const kept = deployment.incidents.all().filter(({ withdrawnAt }) => withdrawnAt === null);
  expect(essence(kept.map(({ draft }) => draft))).toEqual(essence(expected));
  expect(kept.length).toBeGreaterThan(5);

  // Everything that pages was said, once a severity; what does not page was not.
  const told = new Set(deployment.notifier.published.map(({ incident }) => incident.id));
  const now = kept.filter(({ draft }) => draft.paging.paged);
  for (const { draft, formerIds } of now) expect([draft.id, ...formerIds].some((id) => told.has(id))).toBe(true);
  const said = deployment.notifier.published.map(
    ({ incident, occasion }) => `${incident.id} ${occasion} ${incident.severity}`,
  );
  expect(new Set(said).size).toBe(said.length);
  expect(deployment.notifier.published.every(({ incident }) => incident.paging.paged)).toBe(true);
}, 300_000);
