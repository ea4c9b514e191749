import { expect, test } from "@jest/globals";
import { MemoryCheckpoints } from "#adapters/memory/checkpoints.ts";
import { MemoryFindingStore } from "#adapters/memory/finding-store.ts";
import { MemoryFirstUses } from "#adapters/memory/first-uses.ts";
import { MemoryInsightLog } from "#adapters/memory/insight-log.ts";
import { MemoryLiveIncidents } from "#adapters/memory/live-incidents.ts";
import { MemoryModelStates } from "#adapters/memory/model-states.ts";
import { MemoryRollupStore } from "#adapters/memory/rollup-store.ts";
import type { AsDelivered } from "#core/domain/as-delivered.ts";
import type { Incident } from "#core/domain/incident.ts";
import { type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import { resolvePolicies } from "#core/policies/index.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { analyzeAsDelivered } from "#core/use-cases/analyze-as-delivered.ts";
import { createCountEngine } from "#engine/count-engine.ts";
import { MemoryDelivered } from "../../fakes/memory-delivered.ts";
import { MemoryEventStore } from "../../fakes/memory-event-store.ts";
import { ORGANIZATION } from "../incidents/world.ts";
import { analysed } from "../live/outcome.ts";
import { CONFIG, PLANTED, SMALL_WORLD } from "../live/small-world.ts";

const [THIEF, READER] = PLANTED;

const plain = analysed(
  new MemoryEventStore(SMALL_WORLD.map((event) => ({ event, counted: true }))),
  CONFIG,
  ORGANIZATION,
);

async function replayed(delayOf: (event: PricedUsageEvent) => EpochMs): Promise<{
  readonly delivered: AsDelivered;
  readonly incidents: readonly Incident[];
}> {
  const delivered = new MemoryDelivered();
  delivered.deliver(SMALL_WORLD.map((event) => ({ event, counted: true, deliveredAt: event.time + delayOf(event) })));
  const incidents = await plain;
  return { incidents, delivered: await replayedFrom(delivered, incidents) };
}

function replayedFrom(delivered: MemoryDelivered, incidents: readonly Incident[]): Promise<AsDelivered> {
  return analyzeAsDelivered({
    delivered,
    analysed: incidents,
    times: "modelled",
    insights: [],
    riskyAction: () => false,
    every: 30 * MINUTE,
    keep: (clock) => ({
      rollups: new MemoryRollupStore(),
      firstUses: new MemoryFirstUses(clock),
      insights: new MemoryInsightLog(),
      states: new MemoryModelStates(),
      findings: new MemoryFindingStore(),
      checkpoints: new MemoryCheckpoints(),
      incidents: new MemoryLiveIncidents(),
    }),
    knowledge: {
      config: CONFIG,
      directory: ORGANIZATION,
      engine: createCountEngine(),
      signals: resolveSignals(CONFIG.signals),
      meters: [],
      dense: [],
      policies: resolvePolicies(CONFIG.policies),
      priceBook: createPriceBook(),
    },
  });
}

const by = ({ principals }: Pick<Incident, "principals">, who: string): boolean =>
  principals.some(({ value }) => value === who);

test("where everything comes soon and in order, what is found as delivered is what the analysis finds", async () => {
  const { delivered, incidents } = await replayed(() => 4 * MINUTE);
  expect(delivered.differences).toEqual([]);
  expect([...delivered.same].sort()).toEqual(incidents.map(({ id }) => id).sort());
  expect(delivered.delays).toMatchObject({ events: SMALL_WORLD.length, late: 0, median: 4 * MINUTE });
  const opened = delivered.messages.filter(({ occasion }) => occasion === "opened");
  expect(opened.length).toBeGreaterThanOrEqual(PLANTED.length);
  for (const { at, newest, first } of opened) {
    // Nothing is said of what was not delivered.
    expect(at - (newest ?? 0)).toBeGreaterThanOrEqual(4 * MINUTE);
    expect(first).toBeLessThanOrEqual(newest ?? 0);
  }
});

test("what comes hours late is found then, and not before", async () => {
  const late = 5 * HOUR;
  const isHis = ({ principal }: PricedUsageEvent): boolean => principal.id === READER.principal;
  const { delivered, incidents } = await replayed((event) => (isHis(event) ? late : 4 * MINUTE));
  const his = incidents.find((incident) => by(incident, READER.principal)) as Incident;
  const message = delivered.messages.find(({ incident }) => incident === his.id);
  expect(message?.occasion).toBe("opened");
  expect((message?.at ?? 0) - his.window.start).toBeGreaterThanOrEqual(late);
  const thief = delivered.incidents.find(({ draft }) => by(draft, THIEF.principal));
  expect((thief?.foundAt ?? 0) - (thief?.draft.window.start ?? 0)).toBeLessThan(HOUR);
  expect(delivered.delays.late).toBe(SMALL_WORLD.filter(isHis).length);
});

test("what comes late is counted after all: in the end every incident is the same", async () => {
  // By then the buckets of his launches have long closed, as if nothing had been in them.
  const isLaunch = ({ principal, action }: PricedUsageEvent): boolean =>
    principal.id === THIEF.principal && action === "RunInstances";
  const { delivered, incidents } = await replayed((event) => (isLaunch(event) ? 12 * HOUR : 4 * MINUTE));
  expect(delivered.delays.late).toBe(SMALL_WORLD.filter(isLaunch).length);
  expect(delivered.differences).toEqual([]);
  expect(delivered.same).toHaveLength(incidents.length);
  // People were not told of the theft again for it.
  const theft = incidents.find((incident) => by(incident, THIEF.principal) && incident.paging.paged);
  const kept = delivered.incidents.find(({ draft }) => draft.id === theft?.id);
  const ids = [kept?.draft.id, ...(kept?.formerIds ?? [])];
  const said = delivered.messages.filter(({ incident }) => ids.includes(incident)).map(({ occasion }) => occasion);
  expect(said[0]).toBe("opened");
  expect(said.filter((occasion) => occasion === "opened")).toHaveLength(1);
});

test("of nothing there is nothing to replay", async () => {
  const delivered = new MemoryDelivered();
  expect(await delivered.span()).toBeNull();
  expect(await replayedFrom(delivered, [])).toMatchObject({ runs: 0, same: [], differences: [], messages: [] });
});
