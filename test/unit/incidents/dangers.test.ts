import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { DAY, HOUR, MINUTE } from "#core/domain/time.ts";
import { DANGER_RULES, dangerFilters } from "#core/incidents/danger-rules/index.ts";
import { allEvents } from "#core/incidents/events-in-order.ts";
import { findDangers, scanDangers } from "#core/incidents/find-dangers.ts";
import { matchesFilter } from "#core/signals/filter.ts";
import { CONFIG, type EventChanges, event, FOREIGN, MAIN, ORGANIZATION, OTHER, role, START, storeOf } from "./world.ts";

const span = { start: START, end: START + 30 * DAY };
const context = { directory: ORGANIZATION, loggedAccounts: new Set([MAIN]), span, config: CONFIG };
const LATER = START + 20 * DAY;

const found = (events: readonly ReturnType<typeof event>[]) =>
  findDangers(events, context).map(({ policy, severity }) => `${policy}:${severity}`);

const read = (index: number, changes: EventChanges = {}) =>
  event({
    time: LATER + index * 1000,
    service: "secretsmanager",
    action: "GetSecretValue",
    marks: ["secret-read"],
    resources: [`secret/${index}`],
    ...changes,
  });

test("every rule can be reached by what the store is asked", () => {
  const filters = dangerFilters();
  for (const { filter } of DANGER_RULES) {
    const [action] = filter.actions ?? ["x:Y"];
    const [service = "", name = ""] = (action ?? "").split(":");
    const one = event({ service, action: name, marks: filter.marks ?? [], outcome: filter.outcomes?.[0] ?? "success" });
    expect(filters.some((asked) => matchesFilter(one, asked))).toBe(true);
  }
  expect(new Set(DANGER_RULES.map(({ id }) => id)).size).toBe(DANGER_RULES.length);
});

test("the rule that says more silences the one that says less", () => {
  const stop = event({ service: "cloudtrail", action: "StopLogging", marks: ["guardrail-off"], time: LATER });
  expect(found([stop])).toEqual(["danger/audit-log-off:high"]);
});

test("many different secrets are a sweep, one secret read often is not", () => {
  const sweep = Array.from({ length: 15 }, (_, index) => read(index));
  expect(found(sweep)).toEqual(["danger/secrets-sweep:medium"]);
  expect(found(sweep.slice(1))).toEqual([]);
  expect(found(Array.from({ length: 200 }, (_, index) => read(index, { resources: ["secret/1"] })))).toEqual([]);
  const slow = Array.from({ length: 40 }, (_, index) => read(index, { time: LATER + index * 10 * MINUTE }));
  expect(found(slow)).toEqual([]);
});

test("a routine from the same network is information; from another network, or far larger, it is not", () => {
  const command = (day: number, changes: EventChanges = {}) =>
    event({
      service: "iam",
      action: "CreateAccessKey",
      resources: ["user/robot"],
      time: START + (8 + day) * DAY,
      ...changes,
    });
  const routine = [0, 1, 2, 3, 4].map((day) => command(day));
  expect(found(routine)).toEqual([
    ...Array(3).fill("danger/credential-for-other:medium"),
    ...Array(2).fill("danger/credential-for-other:info"),
  ]);
  const elsewhere = command(6, { origin: { network: FOREIGN } });
  expect(found([...routine, elsewhere]).at(-1)).toBe("danger/credential-for-other:medium");
  const many = Array.from({ length: 9 }, (_, index) => command(6, { time: START + 14 * DAY + index * MINUTE }));
  expect(found([...routine, ...many]).at(-1)).toBe("danger/credential-for-other:medium");
});

test("a routine that the data begins in the middle of is one too", () => {
  const daily = Array.from({ length: 25 }, (_, day) =>
    event({ service: "iam", action: "CreateAccessKey", resources: ["user/robot"], time: START + day * DAY + HOUR }),
  );
  expect(new Set(found(daily))).toEqual(new Set(["danger/credential-for-other:info"]));
});

test("what is dangerous whoever does it stays so, however often it is done", () => {
  const daily = Array.from({ length: 10 }, (_, day) =>
    event({ service: "cloudtrail", action: "StopLogging", marks: ["guardrail-off"], time: START + (8 + day) * DAY }),
  );
  expect(new Set(found(daily))).toEqual(new Set(["danger/audit-log-off:high"]));
});

test("accounts of the organization and accounts whose logs were read are not outside", () => {
  const share = (counterparty: string) =>
    found([
      event({ action: "ModifySnapshotAttribute", marks: ["shared-with-account"], counterparties: [counterparty] }),
    ]);
  expect(share(OTHER)).toEqual([]);
  expect(share(MAIN)).toEqual([]);
  expect(share("999999999999")).toEqual(["danger/shared-outside:medium"]);
});

test("AWS's own services are never the danger", () => {
  const principal = { type: "service", id: "config.amazonaws.com" } as const;
  expect(found([event({ marks: ["guardrail-off"], principal })])).toEqual([]);
});

test("each account and principal is counted apart, and the finding names its events", () => {
  const half = (name: string, from: number) =>
    Array.from({ length: 14 }, (_, index) => read(from + index, { principal: { id: role(name) } }));
  expect(found([...half("a", 0), ...half("b", 20)])).toEqual([]);
  const sweep = Array.from({ length: 20 }, (_, index) => read(index));
  const [danger] = findDangers(sweep, context);
  expect(danger?.eventIds).toEqual(sweep.map(({ id }) => id));
  expect(danger?.facets.events).toBe(20);
});

test("a store is read a page at a time, every event once", async () => {
  const events = Array.from({ length: 100 }, (_, index) => read(0, { time: LATER + Math.floor(index / 7) }));
  const seen: string[] = [];
  for await (const { id } of allEvents(storeOf(events), {}, 5)) seen.push(id);
  expect(seen.toSorted()).toEqual(events.map(({ id }) => id).toSorted());
});

test("scanning a store finds what scanning a list finds", async () => {
  const sweep = Array.from({ length: 20 }, (_, index) => read(index));
  expect(await scanDangers(storeOf(sweep), context)).toEqual(findDangers(sweep, context));
});

test("the documentation lists every rule with its severity", () => {
  const page = readFileSync(new URL("../../../docs/incidents.md", import.meta.url), "utf8");
  for (const { id, title, severity } of DANGER_RULES) {
    const line = page.split("\n").find((text) => text.includes(`\`danger/${id}\``)) ?? "";
    expect(line).toContain(title);
    expect(line).toContain(`| ${severity}`);
  }
});
