import { expect, test } from "@jest/globals";
import { contextConfigSchema, parseOrganization } from "#core/context/index.ts";
import { deliveryHealth } from "#core/detection/delivery-health.ts";
import { detectAnomalies } from "#core/detection/detect-anomalies.ts";
import type { AnomalyDraft } from "#core/detection/judge-entity.ts";
import { BUCKET } from "#core/domain/time.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import { createCountEngine } from "#engine/count-engine.ts";
import { at, config, SIGNAL, START, stream } from "./world.ts";

const SANDBOXES = ["111111111111", "222222222222", "333333333333"] as const;
const PRODUCTION = ["444444444444", "555555555555"] as const;
const NEWCOMER = "999999999999";
const HOME = "eu-west-1";

/** The newcomer opens at nine on the tenth day. */
const OPENED = 10 + 9 / 24;

interface Listed {
  readonly id: string;
  readonly ouPath: string;
  readonly earlier?: readonly { readonly until: string; readonly ouPath: string }[];
}

const sandbox = (id: string): Listed => ({ id, ouPath: "/Sandbox" });
const production = (id: string): Listed => ({ id, ouPath: "/Workloads/Production" });
const ORGANIZATION: readonly Listed[] = [...SANDBOXES.map(sandbox), ...PRODUCTION.map(production), sandbox(NEWCOMER)];

const launches = (account: string, days: number, value: number, region = HOME): RollupRow => ({
  signal: SIGNAL.id,
  entity: { account, region, principal: null, resource: null },
  bucket: at(days),
  value,
});

/** On each of ten days, at ten in the morning, each of the accounts launches as many. */
const habit = (accounts: readonly string[], value: number): RollupRow[] =>
  accounts.flatMap((account) =>
    Array.from({ length: 10 }, (_, day) => launches(account, day + 10 / 24 + 0.0004, value)),
  );

async function found(
  rows: readonly RollupRow[],
  organization = ORGANIZATION,
  of: string = NEWCOMER,
): Promise<readonly AnomalyDraft[]> {
  const accounts = organization.map(({ id }) => id).sort();
  const span = { start: START, end: at(15) };
  const deliveries = accounts.flatMap((account) => {
    const since = account === NEWCOMER ? at(OPENED) : START;
    return Array.from({ length: (span.end - since) / BUCKET }, (_, i) => ({
      account,
      bucket: since + i * BUCKET,
      events: 1,
    }));
  });
  const sorted = [...rows].sort((a, b) => Number(a.entity.account) - Number(b.entity.account) || a.bucket - b.bucket);
  const drafts = await detectAnomalies({
    rollup: stream(sorted),
    signals: [SIGNAL],
    health: await deliveryHealth(stream(deliveries), span, config()),
    engine: createCountEngine(),
    config: config(),
    span,
    directory: parseOrganization({ accounts: organization }, contextConfigSchema.parse({})),
  });
  return drafts.filter(({ account }) => account === of);
}

const first = async (rows: readonly RollupRow[], organization?: readonly Listed[]): Promise<AnomalyDraft> => {
  const [draft] = await found(rows, organization);
  if (!draft) throw new Error("nothing found");
  return draft;
};

test("a new account that does what accounts of its type do every day is no page", async () => {
  const draft = await first([...habit(SANDBOXES, 12), launches(NEWCOMER, OPENED + 1 / 24, 12)]);
  expect(draft.severity).toBe("low");
  expect(draft.severityReasons.join()).toMatch(
    /some of 3 other sandbox accounts have done as much on earlier days, so only low/,
  );
});

test("twenty times that is one, and is held against the peers", async () => {
  const draft = await first([...habit(SANDBOXES, 12), launches(NEWCOMER, OPENED + 1 / 24, 240)]);
  expect(draft.severity).toBe("high");
  expect(draft.expected).toBeGreaterThan(0);
  expect(draft.expected).toBeLessThan(12);
  expect(draft.expectedBy).toEqual({ by: "type", name: "sandbox", accounts: 3 });
  expect(draft.severityReasons.join()).toMatch(/by what 3 other sandbox accounts had/);
});

test("where nobody of its type does it, it is a surprise, whatever other accounts do", async () => {
  const draft = await first([...habit(PRODUCTION, 12), launches(NEWCOMER, OPENED + 1 / 24, 12)]);
  expect(draft.severity).toBe("medium");
  expect(draft.expected).toBeLessThan(0.1);
  expect(draft.expectedBy).toMatchObject({ by: "type", name: "sandbox" });
});

test("without enough accounts of its type those of its unit count, then all", async () => {
  const move = (id: string, ouPath: string): Listed => ({ id, ouPath });
  const ofUnit = [
    ...SANDBOXES.map((id) => move(id, "/Teams")),
    move(NEWCOMER, "/Teams"),
    ...PRODUCTION.map(production),
  ];
  const rows = [...habit(SANDBOXES, 12), launches(NEWCOMER, OPENED + 1 / 24, 12)];
  const draft = await first(rows, ofUnit);
  expect(draft).toMatchObject({ severity: "low", expectedBy: { by: "unit", name: "/Teams", accounts: 3 } });
  const alone = [...ofUnit.filter(({ id }) => id !== NEWCOMER), move(NEWCOMER, "/Elsewhere")];
  expect(await first(rows, alone)).toMatchObject({ severity: "low", expectedBy: { by: "organization", accounts: 5 } });
});

test("a region where nobody of the organization works is no peer's", async () => {
  const draft = await first([...habit(SANDBOXES, 12), launches(NEWCOMER, OPENED + 1 / 24, 12, "ap-south-1")]);
  expect(draft.severity).toBe("medium");
  expect(draft.expected).toBeLessThan(0.1);
});

test("what befalls several accounts on one day excuses none of them", async () => {
  const burst = SANDBOXES.map((account) => launches(account, OPENED + 0.5 / 24, 12));
  const draft = await first([...burst, launches(NEWCOMER, OPENED + 1 / 24, 12)]);
  expect(draft.severity).toBe("medium");
});

test("one loud account does not raise what is expected", async () => {
  const quiet = await first([...habit(SANDBOXES, 2), launches(NEWCOMER, OPENED + 1 / 24, 40)]);
  const loud = await first([
    ...habit(SANDBOXES.slice(1), 2),
    ...habit(SANDBOXES.slice(0, 1), 2000),
    launches(NEWCOMER, OPENED + 1 / 24, 40),
  ]);
  expect(loud.expected).toBe(quiet.expected);
});

test("nothing that happens after an account began changes what is expected of it", async () => {
  const rows = [...habit(SANDBOXES, 12), launches(NEWCOMER, OPENED + 1 / 24, 240)];
  const later = SANDBOXES.map((account) => launches(account, OPENED + 2 / 24, 500));
  expect(await first([...rows, ...later])).toEqual(await first(rows));
});

test("after two days an expectation is the account's own", async () => {
  const rows = [launches(NEWCOMER, OPENED + 1, 240), launches(NEWCOMER, OPENED + 3, 2400)];
  const drafts = await found([...habit(SANDBOXES, 12), ...rows]);
  expect(drafts.map(({ expectedBy }) => expectedBy !== undefined)).toEqual([true, false]);
});

test("an account that moved begins to do what its new peers do, and is no page; twenty times that is", async () => {
  const [moved, ...others] = PRODUCTION;
  const time = 14.6;
  const earlier = [{ until: new Date(at(14.2)).toISOString(), ouPath: "/Workloads/Production" }];
  const organization = [...SANDBOXES.map(sandbox), ...others.map(production), { ...sandbox(moved), earlier }];
  const stayed = [...organization.slice(0, -1), production(moved)];
  const severity = async (count: number, of: readonly Listed[]) =>
    (await found([...habit(SANDBOXES, 12), launches(moved, time, count)], of, moved)).map((draft) => draft.severity);
  expect(await severity(12, organization)).toEqual(["low"]);
  expect(await severity(12, stayed)).toEqual(["medium"]);
  expect(await severity(240, organization)).toEqual(["high"]);
});

test("an account that moved is at home in its own region, as its new peers are in theirs", async () => {
  const [moved, ...others] = PRODUCTION;
  const earlier = [{ until: new Date(at(14.2)).toISOString(), ouPath: "/Workloads/Production" }];
  const organization = [...SANDBOXES.map(sandbox), ...others.map(production), { ...sandbox(moved), earlier }];
  const there = (days: number, count: number) => launches(moved, days, count, "eu-central-1");
  const last = async (...own: readonly RollupRow[]) =>
    (await found([...habit(SANDBOXES, 12), ...own], organization, moved)).at(-1)?.severity;
  expect(await last(there(3, 1), there(14.6, 12))).toBe("low");
  expect(await last(there(14.6, 12))).toBe("medium");
});

test("what goes on is held against a day of others, not against their busiest ten minutes alone", async () => {
  const [moved, ...others] = PRODUCTION;
  const earlier = [{ until: new Date(at(14.2)).toISOString(), ouPath: "/Workloads/Production" }];
  const organization = [...SANDBOXES.map(sandbox), ...others.map(production), { ...sandbox(moved), earlier }];
  const series = Array.from({ length: 15 }, (_, step) => launches(moved, 14.6 + step / 72, 6));
  const drafts = await found([...habit(SANDBOXES, 12), ...series], organization, moved);
  expect(drafts.map(({ severity }) => severity)).toEqual(["medium"]);
});

test("an account that moves keeps its own history: what it always did is nothing", async () => {
  const [moved, ...others] = PRODUCTION;
  const own = Array.from({ length: 15 }, (_, day) => launches(moved, day + 10 / 24, 12));
  const earlier = [{ until: new Date(at(14.2)).toISOString(), ouPath: "/Workloads/Production" }];
  const organization = [...SANDBOXES.map(sandbox), ...others.map(production), { ...sandbox(moved), earlier }];
  const stayed = [...organization.slice(0, -1), production(moved)];
  expect(await found(own, organization, moved)).toEqual(await found(own, stayed, moved));
});
