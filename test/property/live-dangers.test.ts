import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseConfig } from "#core/config/index.ts";
import type { Finding } from "#core/domain/finding.ts";
import { DAY, type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import { scanDangers } from "#core/incidents/find-dangers.ts";
import { dangerSuspects } from "#core/live/danger-gate.ts";
import { type DangerContext, examineDanger, regradeDanger } from "#core/live/dangers.ts";
import { windowsAround } from "#core/live/time-windows.ts";
import { examineViolations, type ViolationContext, violationSuspects } from "#core/live/violations.ts";
import { resolvePolicies, scanPolicies } from "#core/policies/index.ts";
import type { SubjectFindings } from "#core/ports/finding-store.ts";
import { GrowingEventStore } from "../fakes/growing-event-store.ts";
import {
  CONFIG,
  type EventChanges,
  event,
  FOREIGN,
  MAIN,
  OFFICE,
  ORGANIZATION,
  role,
  START,
} from "../unit/incidents/world.ts";

const DAYS = 16;
const END = START + DAYS * DAY;
const POLICIES = resolvePolicies(parseConfig({ policies: { regions: [{ allowed: ["eu-west-1"] }] } }).policies);

interface Arriving {
  readonly event: PricedUsageEvent;
  readonly arrives: EpochMs;
}

const DEEDS = {
  secret: { service: "secretsmanager", action: "GetSecretValue", readOnly: true, marks: ["secret-read" as const] },
  command: { service: "ssm", action: "SendCommand", marks: ["code-execution" as const] },
  admin: { service: "iam", action: "AttachRolePolicy", marks: ["admin-granted" as const] },
  port: { service: "ec2", action: "AuthorizeSecurityGroupIngress", marks: ["opened-to-world" as const] },
  root: { service: "iam", action: "CreateUser", marks: ["root" as const, "identity-changed" as const] },
  region: { service: "ec2", action: "CreateVolume", region: "ap-south-1" },
} satisfies Record<string, EventChanges>;

/** Deeds that rules are about, by few, often enough to make bursts, routines and chains of bursts that last for days. */
const deed = fc
  .record<Deed>({
    what: fc.constantFrom(...(Object.keys(DEEDS) as (keyof typeof DEEDS)[])),
    who: fc.constantFrom("a", "b"),
    network: fc.constantFrom(OFFICE, FOREIGN),
    minute: fc.integer({ min: 0, max: DAYS * 24 * 60 - 1 }),
    times: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 15, max: 20 }), fc.constant(70)),
    apart: fc.constantFrom(0, 1, 2, 30, 55),
    delay: fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 1, max: 15 }) },
      { weight: 1, arbitrary: fc.integer({ min: 15, max: 3 * 24 * 60 }) },
    ),
    held: fc.oneof(
      { weight: 2, arbitrary: fc.constant({ first: 0, delay: 0 }) },
      {
        weight: 1,
        arbitrary: fc.record({ first: fc.integer({ min: 1, max: 20 }), delay: fc.integer({ min: 15, max: 24 * 60 }) }),
      },
    ),
  })
  .map(arriving);

interface Deed {
  readonly what: keyof typeof DEEDS;
  readonly who: string;
  readonly network: string;
  readonly minute: number;
  readonly times: number;
  /** Minutes. */
  readonly apart: number;
  readonly delay: number;
  /** So many of the first ones come so much later than the others. */
  readonly held?: { readonly first: number; readonly delay: number };
}

function arriving({ what, who, network, minute, times, apart, delay, held }: Deed): readonly Arriving[] {
  return Array.from({ length: times }, (_, at) => {
    const time = START + (minute + at * apart) * MINUTE;
    const principal =
      what === "root"
        ? { type: "root" as const, id: `root/${MAIN}`, name: "root" }
        : { type: "role" as const, id: role(who), name: who };
    return {
      event: event({ time, principal, origin: { network }, ...DEEDS[what], ...(what === "secret" ? secret(at) : {}) }),
      arrives: time + (delay + (held && at < held.first ? held.delay : 0)) * MINUTE,
    };
  }).filter((one) => one.event.time < END);
}

const secret = (at: number) => ({ resources: [`secret/${at}`] });

const byId = (findings: readonly Finding[]): readonly Finding[] => [...findings].sort((a, b) => (a.id < b.id ? -1 : 1));

const noon = { who: "a", network: OFFICE, minute: 5 * 24 * 60 + 710, delay: 1 } as const;

/** Enough only with those of the run before. */
const ACROSS_RUNS = { deeds: [arriving({ ...noon, what: "secret", times: 20, apart: 1 })], runs: [5 * 24 + 12] };

/** What comes late happened before the burst that is known. */
const BEFORE_A_BURST = {
  deeds: [
    arriving({ ...noon, what: "admin", times: 2, apart: 2 }),
    arriving({ ...noon, what: "admin", minute: noon.minute - 90, times: 1, apart: 0, delay: 10 * 60 }),
  ],
  runs: [5 * 24 + 13],
};

/** Those that come last happened first, and are enough only with those that are known. */
const FIRST_HALF_LATE = {
  deeds: [arriving({ ...noon, what: "secret", times: 20, apart: 1, held: { first: 10, delay: 10 * 60 } })],
  runs: [5 * 24 + 13],
};

test("dangers and violations found as events come, in whatever order, are those of one pass over all of them", async () => {
  const world = fc.record({
    deeds: fc.array(deed, { minLength: 1, maxLength: 12 }),
    runs: fc.array(fc.integer({ min: 0, max: DAYS * 24 }), { maxLength: 30 }),
  });
  await fc.assert(
    fc.asyncProperty(world, async ({ deeds, runs }) => {
      const arriving = deeds.flat().sort((a, b) => a.arrives - b.arrives);
      const store = new GrowingEventStore();
      const kept = new Map<string, SubjectFindings>();
      const loggedAccounts = new Set([MAIN]);
      const last = Math.max(END, ...arriving.map(({ arrives }) => arrives));
      let next = 0;
      let context = null as unknown as DangerContext & ViolationContext;
      for (const now of [...runs.map((hour) => START + hour * HOUR).sort((a, b) => a - b), last]) {
        const some: Arriving[] = [];
        for (; next < arriving.length && (arriving[next] as Arriving).arrives <= now; next++)
          some.push(arriving[next] as Arriving);
        store.add(
          some.map((one) => ({ event: one.event, counted: true })),
          now,
        );
        const windows = windowsAround(
          some.map((one) => one.event.time),
          0,
        );
        const span = { start: START, end: now };
        const about = {
          store,
          directory: ORGANIZATION,
          keptSince: 0,
          now,
          time: now,
          coverage: await store.coverage(),
        };
        context = { ...about, loggedAccounts, span, config: CONFIG, policies: POLICIES, longMinutes: 0 };
        for (const { subject, from } of await dangerSuspects(store, windows, context)) {
          kept.set(subject, await examineDanger(subject, kept.get(subject) ?? null, from, context));
        }
        for (const { subject, from } of await violationSuspects(windows, context)) {
          kept.set(subject, await examineViolations(subject, kept.get(subject) ?? null, from, context));
        }
      }
      for (const [subject, set] of kept) {
        if (subject.startsWith("danger")) kept.set(subject, regradeDanger(set, context) ?? set);
      }
      const span = { start: START, end: last };
      const expected = [
        ...(await scanDangers(store, { directory: ORGANIZATION, loggedAccounts, span, config: CONFIG })),
        ...(await scanPolicies(store, { start: START, end: last + 1 }, POLICIES, ORGANIZATION)),
      ].filter((finding) => !(finding.kind === "policy" && finding.policy === "danger/never-freed"));
      expect(byId([...kept.values()].flatMap(({ findings }) => findings))).toEqual(byId(expected));
    }),
    { numRuns: 25, examples: [[ACROSS_RUNS], [BEFORE_A_BURST], [FIRST_HALF_LATE]] },
  );
}, 300_000);
