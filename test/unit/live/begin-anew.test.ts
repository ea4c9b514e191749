import { expect, test } from "@jest/globals";
import { parseConfig } from "#core/config/index.ts";
import type { Finding, PolicyViolation } from "#core/domain/finding.ts";
import { DAY, type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import { costing, event, instances, MAIN, OFFICE, ORGANIZATION, OTHER, role, START } from "../incidents/world.ts";
import { Deployment } from "./deployment.ts";

const DAYS = 12;
const END: EpochMs = START + DAYS * DAY;
/** What is before comes only after a deployment has run. */
const KNOWN_FROM = END - 2 * DAY;
/** Days, none of which ends with a launch: what is open then is looked at for its number. */
const STEPS = { first: 1_000, most: 1_000, span: DAY };
const NOW = END + HOUR;

const deploy = { type: "role" as const, id: role("deploy"), name: "deploy" };

const daily = (make: (time: EpochMs, day: number) => PricedUsageEvent): readonly PricedUsageEvent[] =>
  Array.from({ length: DAYS }, (_, day) => make(START + day * DAY + 9 * HOUR, day));

const WORLD = [
  ...daily((time) =>
    event({
      time,
      service: "iam",
      action: "AttachRolePolicy",
      marks: ["admin-granted"],
      principal: deploy,
      origin: { network: OFFICE },
    }),
  ),
  // So often that nothing departs once it is known.
  ...Array.from({ length: DAYS * 24 }, (_, hour) =>
    event({ time: START + hour * HOUR + 10 * MINUTE, quantities: [instances(12)], cost: costing(3) }),
  ),
  // Never before, and elsewhere.
  event({ time: END - 10 * HOUR, region: "eu-north-1", quantities: [instances(300)], cost: costing(900) }),
  ...pulse(MAIN, START),
  // An account that is younger.
  ...daily((time) => event({ ...ours(OTHER), time: time + 2 * HOUR, quantities: [instances(12)] })).slice(6),
  ...pulse(OTHER, START + 6 * DAY),
].sort((a, b) => a.time - b.time);

function pulse(account: string, since: EpochMs): readonly PricedUsageEvent[] {
  return Array.from({ length: (END - since) / (30 * MINUTE) }, (_, at) =>
    event({ ...ours(account), time: since + at * 30 * MINUTE, action: "DescribeInstances", readOnly: true }),
  );
}

function ours(account: string) {
  return { account, principal: { id: role("monitor", account), name: "monitor", account } };
}

const written = (events: readonly PricedUsageEvent[]) => events.map((one) => ({ event: one, counted: true }));

const essence = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ kind, id, window, severity }) => [kind, id, window.start, window.end, severity].join(" "));

/** Knows the last days, and then all. */
async function begunAnew(groupDays: number, onStep: (deployment: Deployment, caughtUpTo: EpochMs) => void) {
  const config = parseConfig({ live: { groupDays, leakMinutes: 1 }, detection: { historyDays: 1 } });
  const whole = new Deployment(config, ORGANIZATION, STEPS);
  whole.events.add(written(WORLD), END);
  await whole.watch(NOW + 2 * HOUR);
  const deployment = new Deployment(config, ORGANIZATION, STEPS);
  deployment.events.add(written(WORLD.filter(({ time }) => time >= KNOWN_FROM)), END);
  await deployment.watch(NOW);
  const before = deployment.keptFindings();
  deployment.events.add(written(WORLD.filter(({ time }) => time < KNOWN_FROM)), NOW + HOUR);
  for (;;) {
    const { caughtUpTo } = await deployment.watch(NOW + 2 * HOUR, NOW);
    if (caughtUpTo === null) return { before, after: deployment.keptFindings(), whole: whole.keptFindings() };
    onStep(deployment, caughtUpTo);
  }
}

/** With all of the history of concern, and with the most of it learnt from alone. */
test.each([30, 5])(
  "what was found before an earlier history came is judged by it when its time is reached, and stands until then (of concern: %i days)",
  async (groupDays) => {
    let steps = 0;
    let standing: readonly string[] = [];
    const { before, after, whole } = await begunAnew(groupDays, (deployment, caughtUpTo) => {
      steps += 1;
      if (caughtUpTo < KNOWN_FROM) standing = essence(deployment.keptFindings());
    });
    expect(steps).toBeGreaterThan(5);
    const departures = before.filter(({ kind }) => kind === "anomaly");
    expect(new Set(departures.map(({ account }) => account)).size).toBe(2);
    expect(standing).toEqual(expect.arrayContaining([...essence(departures)]));
    expect(essence(after)).toEqual(essence(whole));
    // With its history an account's launches of every day are no news any more.
    const isGone = ({ id }: Finding): boolean => !after.some((finding) => finding.id === id);
    expect(departures.filter(isGone).length).toBeGreaterThan(0);
    expect(departures.some((finding) => !isGone(finding))).toBe(true);
  },
);

test("what was found is a routine by a history that is no concern any more", async () => {
  const dangersIn = (findings: readonly Finding[]) =>
    findings.filter((finding): finding is PolicyViolation => finding.id.startsWith("danger-"));
  const { before, after, whole } = await begunAnew(2, () => {});
  expect(dangersIn(before).length).toBeGreaterThan(0);
  for (const { severityReasons } of dangersIn(before)) expect(severityReasons.join()).not.toContain("a routine");
  for (const { severityReasons } of dangersIn(after)) expect(severityReasons.join()).toContain("a routine");
  expect(essence(after)).toEqual(essence(whole));
});
