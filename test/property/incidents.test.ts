import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { DAY, HOUR, MINUTE } from "#core/domain/time.ts";
import { matchesGlob } from "#core/incidents/globs.ts";
import { shortHash } from "#core/incidents/identifier.ts";
import {
  anomaly,
  event,
  incidentsOf,
  instances,
  MAIN,
  OTHER,
  role,
  START,
  violation,
} from "../unit/incidents/world.ts";

const oneOf = fc.constantFrom;

const usage = fc.record({
  hour: fc.integer({ min: 0, max: 400 }),
  account: oneOf(MAIN, OTHER),
  principal: oneOf("a", "b", "c", "deploy-pipeline"),
  key: oneOf("AKIA1", "ASIA2", "ASIA3", null),
  network: oneOf("198.18.4.0/24", "203.0.113.0/24", null),
  action: oneOf("RunInstances", "CreateVolume", "StopLogging"),
  severity: oneOf("info" as const, "low" as const, "medium" as const),
  kind: oneOf("anomaly" as const, "policy" as const),
  size: fc.integer({ min: 1, max: 4 }),
});

const world = fc.array(usage, { minLength: 1, maxLength: 14 }).map((usages) =>
  usages.map((one, index) => {
    const events = Array.from({ length: one.size }, (_, call) => ({
      ...event({
        account: one.account,
        action: one.action,
        time: START + 5 * DAY + one.hour * HOUR + call * MINUTE,
        quantities: [instances(1)],
        principal: { id: role(one.principal, one.account), accessKeyId: one.key },
        origin: { network: one.network },
      }),
      id: `e-${index}-${call}`,
    }));
    const changes = { severity: one.severity, id: `f-${index}` };
    return { events, finding: one.kind === "anomaly" ? anomaly(events, changes) : violation(events, changes) };
  }),
);

const beginning = event({ time: START, readOnly: true, action: "DescribeInstances" });

const build = async (
  parts: readonly {
    events: ReturnType<typeof event>[];
    finding: ReturnType<typeof anomaly> | ReturnType<typeof violation>;
  }[],
) =>
  await incidentsOf(
    parts.map(({ finding }) => finding),
    [beginning, ...parts.flatMap(({ events }) => events)],
    { config: { minimumSeverity: "info" } },
  );

test("every finding that is more than context is in exactly one incident", async () => {
  await fc.assert(
    fc.asyncProperty(world, async (parts) => {
      const told = (await build(parts)).flatMap(({ findings }) => findings.map(({ id }) => id));
      expect(new Set(told).size).toBe(told.length);
      for (const { finding } of parts) if (finding.severity !== "info") expect(told).toContain(finding.id);
    }),
    { numRuns: 60 },
  );
});

test("the order in which findings come changes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(
      world.chain((parts) => fc.tuple(fc.constant(parts), fc.shuffledSubarray(parts, { minLength: parts.length }))),
      async ([parts, shuffled]) => {
        expect(await build(shuffled)).toEqual(await build(parts));
      },
    ),
    { numRuns: 60 },
  );
});

test("an incident is no less severe than its gravest finding, lies around all of them, and is paged only when it may be", async () => {
  const rank = ["info", "low", "medium", "high", "critical"];
  await fc.assert(
    fc.asyncProperty(world, async (parts) => {
      for (const incident of await build(parts)) {
        for (const { severity, window, account } of incident.findings) {
          expect(rank.indexOf(incident.severity)).toBeGreaterThanOrEqual(rank.indexOf(severity));
          expect(window.start >= incident.window.start && window.end <= incident.window.end).toBe(true);
          expect(incident.accounts.map(({ id }) => id)).toContain(account);
        }
        expect(incident.paging.paged).toBe(
          rank.indexOf(incident.severity) >= 2 && !incident.expected.expected && incident.mute === null,
        );
        expect(incident.severityReasons.length).toBeGreaterThan(0);
        expect(incident.eventCount).toBeGreaterThanOrEqual(incident.eventIds.length);
      }
    }),
    { numRuns: 60 },
  );
});

test("a glob with only stars matches as a regular expression does", () => {
  const text = fc.string({ unit: oneOf("a", "b", "."), maxLength: 8 });
  const pattern = fc.string({ unit: oneOf("a", "b", ".", "*"), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (glob, value) => {
      const regular = new RegExp(`^${glob.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
      expect(matchesGlob(glob, value)).toBe(regular.test(value));
    }),
  );
});

test("a short hash tells texts and the borders between them apart", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (a, b) => {
      expect(shortHash(...a) === shortHash(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      expect(shortHash(...a)).toMatch(/^[0-9a-z]{13}$/);
    }),
  );
});
