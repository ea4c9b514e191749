import { expect, test } from "@jest/globals";
import { parseConfig } from "#core/config/index.ts";
import { parseOrganization } from "#core/context/index.ts";
import type { Anomaly, Finding } from "#core/domain/finding.ts";
import { BUCKET, DAY, type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import { GrowingEventStore } from "../../fakes/growing-event-store.ts";
import { event, instances, role, START } from "../incidents/world.ts";
import { Deployment } from "./deployment.ts";
import { analysed } from "./outcome.ts";
import { riskyAction } from "./simulated.ts";

const SANDBOXES = ["111111111111", "222222222222", "333333333333"] as const;
const USUAL = "888888888888";
const WILD = "999999999999";
/** On the third day two more sandboxes are opened. */
const OPENED = START + 2 * DAY + 9 * HOUR;
const END = START + 3 * DAY;
const CONFIG = parseConfig({ live: { groupDays: 30 } });
const DIRECTORY = parseOrganization(
  { accounts: [...SANDBOXES, USUAL, WILD].map((id) => ({ id, ouPath: "/Sandbox" })) },
  CONFIG.context,
);

const launch = (account: string, time: EpochMs, count: number): PricedUsageEvent =>
  event({ account, time, principal: { id: role("lab", account), account }, quantities: [instances(count)] });

const heartbeats = (account: string, since: EpochMs): PricedUsageEvent[] =>
  Array.from({ length: (END - since) / (10 * MINUTE) }, (_, at) =>
    event({
      account,
      time: since + at * 10 * MINUTE + 7_000,
      action: "DescribeInstances",
      readOnly: true,
      principal: { id: role("monitor", account), account },
    }),
  );

const EVENTS = [
  ...SANDBOXES.flatMap((account, at) => [
    ...heartbeats(account, START),
    ...[0, 1].map((day) => launch(account, START + day * DAY + (9 + at) * HOUR + 3 * MINUTE, 12)),
  ]),
  ...[USUAL, WILD].flatMap((account) => heartbeats(account, OPENED)),
  launch(USUAL, OPENED + 4 * HOUR, 12),
  launch(WILD, OPENED + 4 * HOUR, 240),
].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));

const launchesOf = (findings: readonly Finding[]): readonly Partial<Anomaly>[] =>
  findings
    .filter((finding): finding is Anomaly => finding.kind === "anomaly" && finding.signal === "instances-launched")
    .map(({ id, account, severity, severityReasons, expected, lower, upper, expectedBy, grade }) => ({
      ...{ id, account, severity, severityReasons, expected, lower, upper, expectedBy, grade },
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

test("what peers had is expected of a new account, the same as it happens and afterwards", async () => {
  const entries = EVENTS.map((one) => ({ event: one, counted: true }));
  const store = new GrowingEventStore(riskyAction);
  store.add(entries, 0);
  const incidents = await analysed(store, CONFIG, DIRECTORY);
  const deployment = new Deployment(CONFIG, DIRECTORY);
  let next = 0;
  for (let now = START; now <= END + HOUR; now += 4 * BUCKET) {
    const from = next;
    while (next < entries.length && (entries[next]?.event.time ?? 0) + 4 * MINUTE <= now) next++;
    deployment.events.add(entries.slice(from, next), now);
    // On the way the process is another one, which has to ask again.
    if (now === OPENED + 6 * HOUR) deployment.restart();
    expect((await deployment.watch(now)).failed).toEqual([]);
  }
  const found = launchesOf(deployment.keptFindings());
  expect(found).toEqual(launchesOf(incidents.flatMap(({ findings }) => findings)));
  const of = (account: string) => found.find((one) => one.account === account);
  expect(of(USUAL)?.severity).toBe("low");
  expect(of(WILD)).toMatchObject({ severity: "high", expectedBy: { by: "type", name: "sandbox", accounts: 3 } });
  expect(of(WILD)?.expected).toBeGreaterThan(0);
}, 60_000);
