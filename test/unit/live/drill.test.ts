import { describe, expect, test } from "@jest/globals";
import { Names } from "#core/config/deployment/names.ts";
import { parseConfig } from "#core/config/index.ts";
import { type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";
import { type Drill, drillId, drillOf, drillRecord, isDrillId, LONGEST_DRILL } from "#core/drill/drill.ts";
import { emailSubject, notificationText } from "#core/messages/notification.ts";
import { normaliseRecord } from "#core/normalise/index.ts";
import { type DrillTime, runDrill } from "#core/operations/drill.ts";
import { drillLine, renderDrill } from "../../../cli/render/drill.ts";
import { ORGANIZATION, START } from "../incidents/world.ts";
import { Deployment } from "./deployment.ts";
import { CONFIG, END, SMALL_WORLD } from "./small-world.ts";

const BY = "arn:aws:sts::111122223333:assumed-role/Ops/ana";
const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
const ID = drillId(NOW, "0a1b2c");

function readBack(record: object, arrivedAt: EpochMs): Drill | null {
  const normalised = normaliseRecord(record, () => "");
  return normalised.kind === "event" ? drillOf(normalised.event, arrivedAt) : null;
}

describe("the mark", () => {
  test("is read back from the record", () => {
    expect(ID).toBe("drill-20261120t120000z-0a1b2c");
    expect(readBack(drillRecord(ID, BY, NOW, false), NOW + 5)).toEqual({
      id: ID,
      by: BY,
      sentAt: NOW,
      arrivedAt: NOW + 5,
      over: false,
    });
    expect(readBack(drillRecord(ID, BY, NOW, true), NOW)).toMatchObject({ over: true });
  });

  test.each([
    ["of a real account", { recipientAccountId: "111122223333" }],
    ["of another service", { eventSource: "ec2.amazonaws.com" }],
    ["of another action", { eventName: "RunInstances" }],
    ["with an id of its own", { eventID: "00000000-0000-4000-8000-000000000000" }],
  ])("is not on a record %s", (_, change) => {
    expect(readBack({ ...drillRecord(ID, BY, NOW, false), ...change }, NOW)).toBeNull();
  });

  test("is no id of an incident", () => {
    expect([isDrillId(ID), isDrillId("20261120-0ae8rhsn"), isDrillId("drill-")]).toEqual([true, false, false]);
  });
});

/** A deployment whose functions are called every minute, and the stream at once. */
function running(deployment: Deployment, start: EpochMs, broken: "found" | "incident" | "said" | null = null) {
  let now = start;
  let last = 0;
  const send = async (record: object): Promise<void> => {
    deployment.drill = readBack(record, now);
  };
  const pause = async (milliseconds: number): Promise<void> => {
    now += milliseconds;
    if (now - last < MINUTE) return;
    last = now;
    if (broken !== "found") await deployment.watch(now);
    if (broken !== "incident") await deployment.keep(now);
    if (broken !== "said") await deployment.say(now);
  };
  const { findings, incidents } = deployment;
  return { send, pause, findings, incidents, clock: { now: () => now } };
}

const drilled = async (deployment: Deployment, broken: "found" | "incident" | "said" | null = null) => {
  const told: DrillTime[] = [];
  const ports = running(deployment, NOW, broken);
  const outcome = await runDrill({ id: ID, by: BY, limit: 5 * MINUTE }, ports, (time) => told.push(time));
  return { outcome, told };
};
const quiet = () => new Deployment(parseConfig({}), ORGANIZATION);

test("a drill goes all the way, says what it is, and leaves nothing open", async () => {
  const deployment = quiet();
  const { outcome, told } = await drilled(deployment);
  expect(outcome.missing).toBeNull();
  expect(outcome.times.map(({ step }) => step)).toEqual(["stored", "found", "incident", "said", "cleaned"]);
  expect(told).toEqual(outcome.times);
  for (const { after } of outcome.times) expect(after).toBeLessThanOrEqual(4 * MINUTE);
  expect(outcome.messageIds).toEqual({ memory: "memory-1" });

  const [notice, ...others] = deployment.notifier.published;
  expect(others).toEqual([]);
  if (!notice) throw new Error("something was said");
  expect(emailSubject(notice.incident)).toMatch(/^\[MEDIUM\] DRILL: nothing happened/);
  const text = notificationText(notice.incident, notice.options);
  expect(text).toContain(BY);
  expect(text).toContain("Nothing is to be done");
  expect(text).toContain("Nothing in it costs money by itself.");

  expect(deployment.incidents.all().map(({ draft }) => [draft.id, draft.state])).toEqual([[ID, "closed"]]);
  expect(deployment.keptFindings()).toEqual([]);
  expect(deployment.mirror.copies.size).toBe(0);
});

test("a drill whose sender went away is over by itself, and nothing more is said", async () => {
  const deployment = quiet();
  deployment.drill = readBack(drillRecord(ID, BY, NOW, false), NOW);
  for (let now = NOW; now <= NOW + LONGEST_DRILL + MINUTE; now += MINUTE) {
    if (now === NOW + 10 * MINUTE) deployment.restart();
    await deployment.watch(now);
    await deployment.keep(now);
    await deployment.say(now);
  }
  expect(deployment.notifier.published.map(({ occasion }) => occasion)).toEqual(["opened"]);
  expect(deployment.incidents.all().map(({ draft }) => draft.state)).toEqual(["closed"]);
});

test.each(["found", "incident", "said"] as const)(
  "where it is not %s, that is told, and it is taken back",
  async (broken) => {
    const deployment = quiet();
    const { outcome } = await drilled(deployment, broken);
    expect(outcome.missing).toBe(broken);
    expect(deployment.drill?.over).toBe(true);
    expect(renderDrill(outcome, new Names("staging"))).toMatch(
      {
        found: /UsageRollupFunction-staging/,
        incident: /AnomalyProcessorFunction-staging/,
        said: /ConnectorFunction-staging/,
      }[broken],
    );
  },
);

test("what happens is found, counted and said the same with a drill in the middle of it", async () => {
  const live = async (drillAt: EpochMs | null): Promise<Deployment> => {
    const deployment = new Deployment(CONFIG, ORGANIZATION);
    let next = 0;
    for (let now = START; now <= END + HOUR; now += 10 * MINUTE) {
      const from = next;
      while (next < SMALL_WORLD.length && (SMALL_WORLD[next]?.time ?? 0) <= now) next++;
      deployment.events.add(
        SMALL_WORLD.slice(from, next).map((event) => ({ event, counted: true })),
        now,
      );
      if (drillAt !== null && now >= drillAt && deployment.drill === null) {
        deployment.drill = readBack(drillRecord(ID, BY, now, false), now);
      }
      await deployment.watch(now);
      await deployment.keep(now);
      await deployment.say(now);
    }
    return deployment;
  };
  const [without, having] = [await live(null), await live(END - 14 * HOUR)];
  const isReal = ({ id }: { readonly id: string }): boolean => !isDrillId(id);
  const saidBy = (deployment: Deployment) =>
    deployment.notifier.published
      .filter(({ incident }) => isReal(incident))
      .map(({ incident, occasion }) => JSON.stringify([incident, occasion]));
  expect(without.notifier.published.length).toBeGreaterThan(1);
  expect(having.notifier.published).toHaveLength(without.notifier.published.length + 1);
  expect(saidBy(having)).toEqual(saidBy(without));
  expect(having.keptFindings().filter(isReal)).toEqual(without.keptFindings());
  expect([...having.mirror.copies.keys()]).toEqual([...without.mirror.copies.keys()]);
  expect(await having.checkpoints.read("watch")).toEqual(await without.checkpoints.read("watch"));
}, 60_000);

test("steps are told as they come", () => {
  expect(drillLine({ step: "stored", after: 1234 })).toBe("         1.2 s  taken in and stored");
  expect(drillLine({ step: "said", after: 94_000 })).toBe("     2 minutes  said to every channel");
});
