import { expect, test } from "@jest/globals";
import { parseConfig } from "#core/config/index.ts";
import { withChanges } from "#core/context/dated-changes.ts";
import { parseOrganization } from "#core/context/index.ts";
import { DAY, type EpochMs, HOUR } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import { CurrentDirectory } from "../../../lambdas/shared/directory.ts";
import { event, instances, role, START } from "../incidents/world.ts";
import { Deployment } from "./deployment.ts";

const SANDBOXES = ["111111111111", "222222222222", "333333333333"] as const;
const PRODUCTION = ["444444444444", "555555555555", "666666666666"] as const;
const MOVED = SANDBOXES[0];
const MOVE = START + 18 * DAY;
const CONFIG = parseConfig({ live: { groupDays: 30 } });

const listing = (moved: boolean) => ({
  organizationId: "o-abcdefghij",
  accounts: [...SANDBOXES, ...PRODUCTION].map((id) => ({
    id,
    name: id,
    state: "ACTIVE",
    ouPath: PRODUCTION.some((one) => one === id) || (moved && id === MOVED) ? "/Production" : "/Sandbox",
    tags: {},
  })),
});
const BEFORE = parseOrganization(listing(false), CONFIG.context);
const SNAPSHOT = { ...listing(true), accounts: withChanges(listing(true), listing(false), MOVE) };
const AFTER = parseOrganization(SNAPSHOT, CONFIG.context);

const done = (account: string, time: EpochMs, changes: Partial<PricedUsageEvent>): PricedUsageEvent =>
  event({ account, time, principal: { id: role("lab", account), account }, ...changes });

/** Something every hour; in the third week sandboxes take up twenty services, one after the other, a launch a day. */
const EVENTS = [...SANDBOXES, ...PRODUCTION]
  .flatMap((account, at) => [
    ...Array.from({ length: 20 * 24 }, (_, hour) =>
      done(account, START + hour * HOUR + at * 1000, { action: "DescribeInstances", readOnly: true }),
    ),
    ...Array.from({ length: 20 }, (_, day) =>
      done(account, START + day * DAY + (9 + at) * HOUR, { quantities: [instances(3)] }),
    ),
    ...Array.from({ length: at < 3 ? 20 : 0 }, (_, n) =>
      done(account, START + (15 + (2 - at) / 4) * DAY + n * 60_000, { service: `toy${n}`, action: "CreateThing" }),
    ),
  ])
  .sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));

/** What a deployment knows at the end. */
async function lived(onMove: (directory: CurrentDirectory) => void) {
  const directory = new CurrentDirectory(BEFORE);
  const deployment = new Deployment(CONFIG, directory);
  let next = 0;
  for (let now = START; now <= START + 20 * DAY; now += 4 * HOUR) {
    const from = next;
    while (next < EVENTS.length && (EVENTS[next] as PricedUsageEvent).time <= now) next++;
    deployment.events.add(
      EVENTS.slice(from, next).map((one) => ({ event: one, counted: true })),
      now,
    );
    if (now === MOVE) {
      onMove(directory);
      // Another process judges all firsts again.
      deployment.restart();
    }
    expect((await deployment.watch(now)).failed).toEqual([]);
  }
  const shards = [...SANDBOXES, ...PRODUCTION].map((account) => ({ account, of: 1, shard: 0 }));
  return { findings: deployment.keptFindings(), states: await deployment.states.load(shards) };
}

test("when an account moves nothing is found of what was before, and no model forgets", async () => {
  const stayed = await lived(() => {});
  const moved = await lived((directory) => directory.use(AFTER));
  expect(moved.findings).toEqual(stayed.findings);
  expect(moved.states).toEqual(stayed.states);
  expect(moved.states.every((states) => (states?.text.length ?? 0) > 1000)).toBe(true);
  // Without the date of the move the past is judged by the present: the flood that this is about.
  const undated = await lived((directory) => directory.use(parseOrganization(listing(true), CONFIG.context)));
  expect(undated.findings.length).toBeGreaterThan(stayed.findings.length + 15);
}, 120_000);
