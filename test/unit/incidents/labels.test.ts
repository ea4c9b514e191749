import { expect, test } from "@jest/globals";
import type { IncidentDraft, IncidentLabel } from "#core/domain/incident.ts";
import { DAY, HOUR } from "#core/domain/time.ts";
import { patternOf } from "#core/incidents/labels.ts";
import { anomaly, daily, event, incidentsOf, instances, OTHER, role, START, violation } from "./world.ts";

const BUILDER = role("builder");
const history = daily(12, 2, { principal: { id: BUILDER } });
const launch = (day: number, calls: number, account?: string) =>
  Array.from({ length: calls }, (_, at) =>
    event({
      time: START + day * DAY + 11 * HOUR + at * 1000,
      quantities: [instances(1)],
      principal: { id: BUILDER },
      ...(account ? { account } : {}),
    }),
  );

const past = launch(13, 10);
const patternBefore = {
  about: ["instances-launched"],
  accounts: ["111111111111"],
  principals: [BUILDER],
  events: past.length,
};

const label = (changes: Partial<IncidentLabel>): IncidentLabel => ({
  incident: "20261014-labelled",
  verdict: "noise",
  note: "the yearly load test",
  at: "2026-10-15T08:00:00Z",
  pattern: patternBefore,
  ...changes,
});

async function judged(calls: number, labels: readonly IncidentLabel[], account?: string): Promise<IncidentDraft> {
  const events = launch(20, calls, account);
  const [incident] = await incidentsOf([anomaly(events)], [...history, ...past, ...events], { config: { labels } });
  if (!incident) throw new Error("no incident");
  return incident;
}

test("the same pattern again is what it was labelled, up to twice its size", async () => {
  const again = await judged(20, [label({})]);
  expect(again.expected).toEqual({
    expected: true,
    reasons: ["labelled noise, as incident 20261014-labelled with the same pattern was: the yearly load test"],
  });
  expect(again.paging.paged).toBe(false);
  expect(again.label).toMatchObject({ incident: "20261014-labelled", verdict: "noise" });
  expect((await judged(21, [label({})])).label).toBeNull();
});

test("another account, principal or matter is another pattern", async () => {
  expect((await judged(10, [label({})], OTHER)).label).toBeNull();
  const byOther = label({ pattern: { ...patternBefore, principals: [role("somebody")] } });
  expect((await judged(10, [byOther])).label).toBeNull();
  expect((await judged(10, [label({ pattern: { ...patternBefore, about: ["denied-calls"] } })])).label).toBeNull();
});

test("the last word counts, and true lets nothing excuse it", async () => {
  const later = label({ verdict: "true", note: "it was a thief", at: "2026-10-16T08:00:00Z" });
  const { expected, paging } = await judged(10, [later, label({})]);
  expect(expected).toEqual({ expected: false, reasons: [expect.stringContaining("it was a thief")] });
  expect(paging.paged).toBe(true);
});

test("a danger whoever does it is not excused by another incident's label, but by its own", async () => {
  const events = launch(20, 3);
  const danger = violation(events, { policy: "danger/audit-log-off", severity: "high" });
  const pattern = { ...patternBefore, about: ["danger/audit-log-off"] };
  const of = async (labels: readonly IncidentLabel[]) =>
    (await incidentsOf([danger], [...history, ...events], { config: { labels } }))[0];
  const other = await of([label({ pattern })]);
  expect(other?.paging.paged).toBe(true);
  expect(other?.paging.reason).toContain("it is dangerous whoever does it");
  const own = await of([label({ pattern, incident: other?.id ?? "" })]);
  expect(own?.expected).toEqual({ expected: true, reasons: ["labelled noise: the yearly load test"] });
});

test("labels of like incidents in any account move the belief", async () => {
  const before = (await judged(10, [])).expectedLoss.usd;
  const elsewhere = label({ pattern: { ...patternBefore, accounts: [OTHER] } });
  const { label: none, expectedLoss } = await judged(10, [elsewhere, { ...elsewhere, incident: "20261015-another" }]);
  expect(none).toBeNull();
  expect(expectedLoss.usd).toBeLessThan(before * 0.6);
  expect(expectedLoss.because).toContain("0 of 2 labelled like it were right");
});

test("a pattern is of what is more than context", async () => {
  expect(patternOf(await judged(10, []))).toEqual({
    about: ["instances-launched"],
    accounts: ["111111111111"],
    principals: [BUILDER],
    events: 10,
  });
});
