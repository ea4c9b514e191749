import { expect, test } from "@jest/globals";
import { type Candidate, withinBudget } from "#core/budget/budget.ts";
import type { AlertBudget } from "#core/budget/config.ts";
import type { IncidentDraft } from "#core/domain/incident.ts";
import { DAY, HOUR } from "#core/domain/time.ts";
import { pagingPast } from "#core/live/paging-past.ts";
import type { KeptIncident, Said } from "#core/ports/live-incidents.ts";
import { draft } from "../budget/made.ts";

const ONE_A_WEEK: AlertBudget = { pages: 1, per: "week" };

const SAID: Said = {
  occasion: "opened",
  revision: 1,
  at: HOUR,
  severity: "medium",
  accounts: [],
  messageIds: { sns: "1" },
};

const kept = (one: IncidentDraft, said: Said | null = null, formerIds: readonly string[] = []): KeptIncident => ({
  draft: one,
  formerIds,
  saidRevision: said ? 1 : 0,
  said,
  explained: null,
  notBefore: null,
  withdrawnAt: null,
  version: 1,
});

/** Two runs, the drafts of the second being what those of the first have become. */
function second(
  first: readonly IncidentDraft[],
  drafts: readonly IncidentDraft[],
  keptOf: ReadonlyMap<string, readonly KeptIncident[]>,
  gone: readonly KeptIncident[] = [],
) {
  const nothing = { earlier: [] as Candidate[], told: new Set<string>(), silent: new Set<string>(), since: 0 };
  const { ledger } = withinBudget(first, ONE_A_WEEK, nothing);
  return withinBudget(drafts, ONE_A_WEEK, { ...pagingPast(drafts, keptOf, gone, ledger), since: 0 });
}

const paged = ({ drafts }: { readonly drafts: readonly IncidentDraft[] }): readonly string[] =>
  drafts.filter((one) => one.paging.paged).map(({ id }) => id);

const a = draft("a", HOUR, "medium", 900);
const b = draft("b", 0, "medium", 900);
const other = draft("other", DAY, "medium", 900);

test("an incident whose id has changed before anybody was told is not held by what it was", () => {
  expect(paged(second([a], [b], new Map([["b", [kept(a)]]])))).toEqual(["b"]);
});

test("one that was told under another id has used one page, not two", () => {
  const run = second([a], [b, other], new Map([["b", [kept(a, SAID)]]]));
  expect(paged(run)).toEqual(["b"]);
  expect(run.ledger.filter(({ outcome }) => outcome !== "held").map(({ id }) => id)).toEqual(["b"]);
  const renamedTwice = second([a], [other], new Map([["other", [kept(b, SAID, ["a"])]]]));
  expect(renamedTwice.ledger.map(({ id }) => id)).toEqual(["other"]);
});

test("what turned out to be nothing before anybody was told costs nothing; afterwards it was a page", () => {
  expect(paged(second([a], [other], new Map(), [kept(a)]))).toEqual(["other"]);
  expect(paged(second([a], [other], new Map(), [kept(a, SAID)]))).toEqual([]);
});

test("what was over when it was found is nobody's page", () => {
  const closed = draft("closed", 0, "medium", 900, { state: "closed" });
  expect(paged(second([], [closed, other], new Map()))).toEqual(["closed", "other"]);
});
