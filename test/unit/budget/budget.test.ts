import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Candidate, withinBudget } from "#core/budget/budget.ts";
import type { AlertBudget } from "#core/budget/config.ts";
import type { IncidentDraft } from "#core/domain/incident.ts";
import { DAY, type EpochMs, HOUR } from "#core/domain/time.ts";
import { draft } from "./made.ts";

const TWO_A_WEEK: AlertBudget = { pages: 2, per: "week" };

const decided = (
  drafts: readonly IncidentDraft[],
  budget: AlertBudget | null = TWO_A_WEEK,
  past: { earlier?: readonly Candidate[]; told?: readonly string[]; silent?: readonly string[]; since?: EpochMs } = {},
) => {
  const { earlier = [], told = [], silent = [], since = 0 } = past;
  return withinBudget(drafts, budget, { earlier, told: new Set(told), silent: new Set(silent), since });
};

const paging = (drafts: readonly IncidentDraft[], id: string) => {
  const found = drafts.find((one) => one.id === id);
  if (!found) throw new Error(`no incident ${id}`);
  return found.paging;
};

test("what comes when the budget is used up goes to the digest and says so", () => {
  const { drafts } = decided([
    draft("a", 0, "medium", 900),
    draft("b", DAY, "medium", 900),
    draft("c", 2 * DAY, "medium", 950),
    draft("d", 7 * DAY, "medium", 900),
  ]);
  expect(drafts.map(({ paging: { paged } }) => paged)).toEqual([true, true, false, true]);
  expect(paging(drafts, "c")).toEqual({
    paged: false,
    reason:
      "not paged, in the digest: the budget of 2 pages a week is used up, and an expected loss of 950 USD is no reason to overdraw it",
    heldBackBy: "cap",
  });
});

test("grave incidents overdraw and say so, by five budgets in five weeks", () => {
  const daily = Array.from({ length: 60 }, (_, at) => draft(String(at), at * DAY, "high", 9_000));
  const { drafts } = decided(daily, TWO_A_WEEK);
  const paged = drafts.filter((one) => one.paging.paged).map(({ id }) => Number(id));
  const plain = [17, 18, 24, 25, 31, 32];
  expect(paged.slice(0, 18)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ...plain]);
  // Five weeks after the first that was overdrawn, one may be again.
  expect(paged).toContain(37);
  expect(paging(drafts, "3").reason).toMatch(/the budget of 2 pages a week is overdrawn, as grave incidents may$/);
  expect(paging(drafts, "16")).toMatchObject({
    heldBackBy: "cap",
    reason: expect.stringContaining("overdrawn already"),
  });
});

test("critical is never held back, and counts", () => {
  const { drafts } = decided([
    ...[0, 1, 2, 3].map((at) => draft(`critical ${at}`, at * HOUR, "critical", 90_000)),
    draft("medium", 5 * HOUR, "medium", 900),
  ]);
  expect(drafts.map((one) => one.paging.paged)).toEqual([true, true, true, true, false]);
  expect(paging(drafts, "critical 2").reason).toContain("beyond the budget of 2 pages a week: critical is never held");
});

test("weeks of many small ones raise the loss that is worth a page; one bad week does not", () => {
  const small = (week: number, count: number) =>
    Array.from({ length: count }, (_, at) => draft(`${week} ${at}`, week * 7 * DAY + at * DAY, "medium", 500 + at));
  const now = draft("now", 6 * 7 * DAY, "medium", 501);
  const noisy = decided([...[0, 1, 2, 3, 4, 5].flatMap((week) => small(week, 4)), now]);
  expect(paging(noisy.drafts, "now")).toMatchObject({ paged: false, heldBackBy: "calibration" });
  expect(paging(noisy.drafts, "now").reason).toContain("leaves room for losses of 503 USD and more");
  const once = decided([...small(2, 7), now]);
  expect(paging(once.drafts, "now")).toMatchObject({ paged: true });
});

test("nothing is calibrated by less than four weeks", () => {
  const many = Array.from({ length: 20 }, (_, at) => draft(String(at), at * DAY, "medium", 500));
  expect(decided(many).drafts.filter((one) => one.paging.heldBackBy === "calibration")).toEqual([]);
});

test("muted, expected and low ones cost nothing and keep their reason", () => {
  const mute = { kind: "mute" as const, reason: "load test", until: null };
  const { drafts, ledger } = decided([
    draft("muted", 0, "high", 9_000, { mute }),
    draft("expected", 0, "high", 9_000, { expected: { expected: true, reasons: ["a pipeline"] } }),
    draft("low", 0, "low", 90),
  ]);
  expect(ledger).toEqual([]);
  expect(drafts.map((one) => one.paging.reason)).toEqual([
    "not paged: muted: load test",
    "not paged, in the digest: expected (a pipeline)",
    "not paged: low, below medium",
  ]);
});

test("who has been paged stays paged, and used the budget", () => {
  const all = [
    draft("b", HOUR, "medium", 900),
    draft("c", 2 * HOUR, "medium", 900),
    draft("d", 3 * HOUR, "medium", 900),
  ];
  const { drafts } = decided(all, TWO_A_WEEK, { told: ["c", "d"] });
  expect(drafts.map((one) => one.paging.paged)).toEqual([false, true, true]);
});

test("who was overdrawn stays so when told: runs one after the other page no more than one does", () => {
  const highs = Array.from({ length: 20 }, (_, at) => draft(String(at), at * HOUR, "high", 9_000));
  const once = decided(highs, { pages: 1, per: "week" });
  let earlier: readonly Candidate[] = [];
  let told: readonly string[] = [];
  for (let seen = 1; seen <= highs.length; seen++) {
    const run = decided(highs.slice(0, seen), { pages: 1, per: "week" }, { earlier, told });
    const repeated = decided(highs.slice(0, seen), { pages: 1, per: "week" }, { earlier: run.ledger, told });
    expect(repeated).toEqual(run);
    earlier = run.ledger;
    told = run.drafts.filter((one) => one.paging.paged).map(({ id }) => id);
    if (seen === highs.length) expect(run).toEqual(once);
  }
  expect(told).toHaveLength(1 + 5);
});

test("what nobody is told of uses nothing up", () => {
  const old = Array.from({ length: 9 }, (_, at) => draft(`old ${at}`, at * HOUR, "medium", 900));
  const now = draft("now", DAY, "medium", 900);
  const { drafts } = decided([...old, now], TWO_A_WEEK, { silent: old.map(({ id }) => id) });
  expect(paging(drafts, "now").paged).toBe(true);
});

test("who was told of something that is muted now has been woken all the same", () => {
  const mute = { kind: "mute" as const, reason: "load test", until: null };
  const { drafts } = decided(
    [draft("a", 0, "medium", 900, { mute }), draft("b", HOUR, "medium", 900), draft("c", DAY, "medium", 900)],
    TWO_A_WEEK,
    { told: ["a", "b"] },
  );
  expect(paging(drafts, "a").reason).toContain("muted: load test");
  expect(paging(drafts, "c").heldBackBy).toBe("cap");
});

test("what is found late counts what was said meanwhile", () => {
  const said = [draft("b", HOUR, "medium", 900), draft("c", 2 * HOUR, "medium", 900)];
  const { drafts } = decided([draft("late", 0, "medium", 900), ...said], TWO_A_WEEK, { told: ["b", "c"] });
  expect(paging(drafts, "late").heldBackBy).toBe("cap");
});

test("calibration never holds what is grave, and never all that cost the same", () => {
  const weekly = (severity: "high" | "medium", count: number) =>
    Array.from({ length: count * 12 }, (_, at) =>
      draft(String(at), Math.floor((at * 7 * DAY) / count), severity, 18_000),
    );
  for (const severity of ["high", "medium"] as const) {
    const { drafts } = decided(weekly(severity, 15), { pages: 20, per: "week" });
    expect(drafts.every((one) => one.paging.paged)).toBe(true);
  }
});

test("without a budget severity decides", () => {
  const many = Array.from({ length: 50 }, (_, at) => draft(String(at), at * HOUR, "medium", 900));
  expect(decided(many, null).drafts.every((one) => one.paging.paged)).toBe(true);
});

const incidents = fc
  .array(
    fc.record({
      at: fc.integer({ min: 0, max: 24 * 7 * 12 }),
      severity: fc.constantFrom("low" as const, "medium" as const, "high" as const, "critical" as const),
      usd: fc.integer({ min: 0, max: 200_000 }),
    }),
    { maxLength: 60 },
  )
  .map((made) => made.map(({ at, severity, usd }, index) => draft(`i${index}`, at * HOUR, severity, usd)));

const budgets = fc.record({
  pages: fc.integer({ min: 1, max: 5 }),
  per: fc.constantFrom("day" as const, "week" as const),
});

test("no span of a period has more pages than the budget that are neither critical nor overdrawn", () => {
  fc.assert(
    fc.property(incidents, budgets, (drafts, budget) => {
      const { ledger, drafts: after } = decided(drafts, budget);
      const period = budget.per === "day" ? DAY : 7 * DAY;
      const critical = new Set(drafts.filter((one) => one.severity === "critical").map(({ id }) => id));
      expect(after.filter((one) => critical.has(one.id)).every((one) => one.paging.paged)).toBe(true);
      const plain = ledger.filter((one) => one.outcome === "paged" && !critical.has(one.id));
      for (const { openedAt } of plain) {
        const within = plain.filter((one) => one.openedAt > openedAt - period && one.openedAt <= openedAt);
        expect(within.length).toBeLessThanOrEqual(budget.pages);
      }
      for (const { openedAt } of ledger) {
        const over = ledger.filter(
          (one) => one.outcome === "overdrawn" && one.openedAt >= openedAt && one.openedAt < openedAt + 5 * period,
        );
        expect(over.length).toBeLessThanOrEqual(5 * budget.pages);
      }
    }),
  );
});

test("decided piece by piece, with the ledger of what was decided before, is as decided at once", () => {
  fc.assert(
    fc.property(incidents, budgets, fc.integer({ min: 1, max: 12 }), (drafts, budget, weeks) => {
      const whole = new Map(decided(drafts, budget).drafts.map((one) => [one.id, one.paging]));
      let earlier: readonly Candidate[] = [];
      for (let start = 0; start <= 7 * 12 * DAY; start += weeks * 7 * DAY) {
        const piece = drafts.filter(({ openedAt }) => openedAt >= start && openedAt < start + weeks * 7 * DAY);
        const { drafts: after, ledger } = decided(piece, budget, { earlier });
        for (const one of after) expect(one.paging).toEqual(whole.get(one.id));
        earlier = ledger;
      }
    }),
  );
});

test("what somebody confirmed does not raise the loss that is worth a page", () => {
  const label = { incident: "x", verdict: "true" as const, note: "it was" };
  const weeks = Array.from({ length: 24 }, (_, at) => draft(String(at), at * 1.75 * DAY, "medium", 600, { label }));
  const { drafts } = decided([...weeks, draft("now", 42 * DAY, "medium", 501)]);
  expect(paging(drafts, "now").heldBackBy).not.toBe("calibration");
});
