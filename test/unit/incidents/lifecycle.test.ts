import { expect, test } from "@jest/globals";
import { TrailwatchError } from "#core/domain/errors.ts";
import { DAY, HOUR, isoTime } from "#core/domain/time.ts";
import { incidentsConfigSchema } from "#core/incidents/config.ts";
import { anomaly, daily, event, incidentsOf, instances, MAIN, OTHER, role, START } from "./world.ts";

const NOW = START + 14 * DAY;
const past = daily(10, 1, { principal: { id: role("other") } });
const launches = [event({ time: NOW, quantities: [instances(20)] })];
const all = [...past, ...launches];
const END = NOW + 5 * 60_000;

const incident = async (config: object = {}, now = END) => {
  const [found] = await incidentsOf([anomaly(launches)], all, { config, now });
  if (!found) throw new TrailwatchError("INTERNAL", "no incident", "look at the test");
  return found;
};

test("an incident closes when nothing was added to it for a day", async () => {
  expect(await incident({}, END + 23 * HOUR)).toMatchObject({
    state: "open",
    openedAt: NOW,
    updatedAt: END,
    closedAt: null,
  });
  expect(await incident({}, END + 24 * HOUR)).toMatchObject({ state: "closed", closedAt: END + 24 * HOUR });
});

test("a mute in scope keeps it from paging and stays in view", async () => {
  const mute = { scope: { accounts: [MAIN], signals: ["instances-*"] }, reason: "load test", until: null };
  const { mute: verdict, paging } = await incident({ mutes: [mute] });
  expect(verdict).toEqual({ kind: "mute", reason: "load test", until: null });
  expect(paging).toEqual({ paged: false, reason: "not paged: muted: load test", heldBackBy: null });
});

test("a mute for one account hides nothing that another one does too", async () => {
  const own = [
    ...launches,
    event({ time: NOW, account: OTHER, principal: { accessKeyId: "AKIA1" }, quantities: [instances(9)] }),
  ];
  const key = own.map((one) => ({ ...one, principal: { ...one.principal, accessKeyId: "AKIA1" } }));
  const findings = [anomaly(key.slice(0, 1)), anomaly(key.slice(1))];
  const mute = { scope: { accounts: [MAIN] }, reason: "load test" };
  const incidents = await incidentsOf(findings, [...past, ...key], { config: { mutes: [mute] } });
  expect(incidents).toHaveLength(1);
  expect(incidents[0]?.mute).toBeNull();
});

test("a mute that has ended mutes nothing that came after", async () => {
  const until = (time: number) => ({ scope: { principals: ["app"] }, reason: "migration", until: isoTime(time) });
  expect((await incident({ mutes: [until(NOW - HOUR)] })).paging.paged).toBe(true);
  expect((await incident({ mutes: [until(NOW + HOUR)] })).mute).toMatchObject({ until: NOW + HOUR });
});

test("an incident can be acknowledged or snoozed by the beginning of its id", async () => {
  const { id } = await incident();
  const snooze = { incident: id.slice(0, 12), kind: "snooze", reason: "on it", until: isoTime(NOW + DAY) };
  const { mute, paging } = await incident({ responses: [snooze] });
  expect(mute?.kind).toBe("snooze");
  expect(paging.reason).toBe(`not paged: snoozed until ${isoTime(NOW + DAY)}: on it`);
});

test("a mute without a scope is refused", () => {
  expect(incidentsConfigSchema.safeParse({ mutes: [{ scope: {}, reason: "everything" }] }).success).toBe(false);
});

test("the id derives from the first finding and is the same in every run", async () => {
  const { id } = await incident();
  expect((await incident()).id).toBe(id);
  expect(id).toMatch(/^20261015-[0-9a-z]{8}$/);
});
