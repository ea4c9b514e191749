import { beforeAll, describe, expect, test } from "@jest/globals";
import { BUCKET, HOUR } from "#core/domain/time.ts";
import { notificationText } from "#core/messages/notification.ts";
import type { DetectorState } from "#core/ports/second-opinion.ts";
import { MemorySecondOpinions } from "../../fakes/memory-second-opinions.ts";
import { anomaliesOf, at, DEV, fleet, incidentsOf, PROD, REGION, RUNNING, results, SIGNAL, SPIKE } from "./world.ts";

const told = (incidents: Awaited<ReturnType<typeof incidentsOf>>): string =>
  incidents.flatMap(({ evidence }) => evidence.map(({ statement }) => statement)).join("\n");

const withoutOpinions = (incidents: Awaited<ReturnType<typeof incidentsOf>>) =>
  incidents.map(({ id, severity, window, accounts, eventIds, paging }) => ({
    id,
    severity,
    window,
    accounts,
    eventIds,
    paging,
  }));

/** Without a forest. */
let plain: Awaited<ReturnType<typeof incidentsOf>>;
beforeAll(async () => {
  plain = await incidentsOf([fleet(PROD)]);
});

test("a finding of the same count, entity and window is attached, and evidence and message say so", async () => {
  const incidents = await incidentsOf([fleet(PROD)], new MemorySecondOpinions([RUNNING], [results()]));
  expect(incidents).toHaveLength(1);
  expect(withoutOpinions(incidents)).toEqual(withoutOpinions(plain));
  const [launched, ...others] = anomaliesOf(incidents).filter(({ signal }) => signal === SIGNAL);
  expect(others).toEqual([]);
  const count = anomaliesOf(plain).find(({ signal }) => signal === SIGNAL) as typeof launched & {};
  expect(launched).toMatchObject({ grade: count.grade, severity: count.severity });
  expect(launched?.confidence).toBeCloseTo(1 - (1 - count.confidence) * (1 - 0.15 * 0.84), 12);
  expect(launched?.secondOpinion).toEqual({
    count: { grade: count.grade, confidence: count.confidence },
    own: {
      verdict: "same",
      window: { start: SPIKE, end: SPIKE + BUCKET },
      grade: 1,
      confidence: 0.84,
      actual: 40,
      expected: 2.5,
    },
    together: [],
  });
  expect(told(incidents)).toContain("; a random cut forest finds the same (grade 1, confidence 0.84)");
  expect(notificationText(incidents[0] as (typeof incidents)[0])).toContain(
    "\nSecond opinion: a random cut forest finds the same (grade 1, confidence 0.84)\n",
  );
  expect(told(plain)).not.toContain("forest");
  expect(notificationText(plain[0] as (typeof plain)[0])).not.toContain("Second opinion");
  expect(anomaliesOf(plain).some((anomaly) => "secondOpinion" in anomaly)).toBe(false);
});

test("counts that no detector watches carry no opinion", async () => {
  const incidents = await incidentsOf([fleet(PROD)], new MemorySecondOpinions([], []));
  expect(incidents).toEqual(plain);
});

test("where it looked and found nothing, it says nothing", async () => {
  const incidents = await incidentsOf([fleet(PROD)], new MemorySecondOpinions([RUNNING], [results({ grade: 0 })]));
  expect(told(incidents)).toContain("; a random cut forest says nothing");
  expect(told(incidents)).not.toContain("speaks alone");
});

test("a finding of the other direction, of another entity or another time is not the same", async () => {
  const others = [
    results({ actual: 0, expected: 3 }),
    results({ entity: { of: "region", account: PROD, region: "us-east-1" } }),
    results({ window: { start: SPIKE + HOUR, end: SPIKE + HOUR + BUCKET }, actual: 3, expected: 2.9 }),
  ];
  for (const other of others) {
    const incidents = await incidentsOf(
      [fleet(PROD)],
      new MemorySecondOpinions([RUNNING], [other, results({ grade: 0 })]),
    );
    expect(incidents).toHaveLength(1);
    expect(told(incidents)).toContain("; a random cut forest says nothing");
  }
});

describe("where the forest is not heard, the count model speaks alone and each incident says so", () => {
  const reasons: readonly (readonly [Partial<DetectorState>, string])[] = [
    [{ unheard: { why: "absent" } }, "it is not there"],
    [{ unheard: { why: "stopped" } }, "its detector is stopped"],
    [{ unheard: { why: "learning" } }, "its detector is still learning"],
    [{ unheard: { why: "silent", since: null } }, "its detector never wrote a result"],
    [{ unheard: { why: "silent", since: SPIKE - HOUR } }, "nothing from it since 2026-11-11 01:20 UTC"],
    [{ unheard: { why: "error", message: "no such\nindex" } }, "its detector fails (no such\\nindex)"],
    [{ until: SPIKE }, "it has not judged these minutes yet"],
    [{}, "it does not cover this part of the account"],
  ];
  test.each(reasons)("%j", async (changes, words) => {
    const incidents = await incidentsOf([fleet(PROD)], new MemorySecondOpinions([{ ...RUNNING, ...changes }], []));
    expect(withoutOpinions(incidents)).toEqual(withoutOpinions(plain));
    const line = `No second opinion from a random cut forest (${words}): the count model speaks alone`;
    expect(told(incidents)).toContain(line);
    expect(notificationText(incidents[0] as (typeof incidents)[0])).toContain(
      `\nSecond opinion: ${line.charAt(0).toLowerCase()}${line.slice(1)}\n`,
    );
  });

  test("but a stopped detector that judged the window before is heard", async () => {
    const stopped = { ...RUNNING, unheard: { why: "stopped" } as const };
    const incidents = await incidentsOf([fleet(PROD)], new MemorySecondOpinions([stopped], [results()]));
    expect(told(incidents)).toContain("finds the same");
    expect(told(incidents)).not.toContain("speaks alone");
  });
});

test("a type's or a unit's finding attaches to incidents of its accounts, worded as all of them together", async () => {
  const unknown = { actual: null, expected: null };
  const groups = [
    results({ ...unknown, grade: 0.6, entity: { of: "account-type", type: "production" } }),
    results({ ...unknown, grade: 0.5, entity: { of: "ou", path: "/Workloads/Production" } }),
  ];
  const incidents = await incidentsOf([fleet(PROD)], new MemorySecondOpinions([RUNNING], groups));
  expect(incidents).toHaveLength(1);
  expect(told(incidents)).toContain(
    "; all production accounts together depart too, by a random cut forest (grade 0.6, confidence 0.84); " +
      "all accounts of /Workloads/Production together depart too, by a random cut forest (grade 0.5, confidence 0.84)",
  );
  const elsewhere = await incidentsOf([fleet(DEV)], new MemorySecondOpinions([RUNNING], groups));
  expect(told(elsewhere)).not.toContain("together");
});

describe("the forest alone", () => {
  const quiet = { start: at(17.25), end: at(17.25) + BUCKET };
  const found = { window: quiet, actual: 4, expected: 0.5, grade: 0.8, confidence: 0.5 };

  test("opens an incident above the signal's floor, with everything that an incident has", async () => {
    expect(await incidentsOf([])).toEqual([]);
    const incidents = await incidentsOf([], new MemorySecondOpinions([RUNNING], [results(found)]));
    expect(incidents).toHaveLength(1);
    const [incident] = incidents;
    const [anomaly] = anomaliesOf(incidents);
    expect(anomaly).toMatchObject({
      account: PROD,
      region: REGION,
      window: quiet,
      actual: 4,
      expected: 0.5,
      severity: "low",
      direction: "rise",
      eventIds: [`launch-${PROD}-${quiet.start + 60_000}`],
      secondOpinion: { own: { verdict: "alone", grade: 0.8, confidence: 0.5 } },
    });
    expect(anomaly?.facets.principals).toEqual([{ value: `arn:aws:iam::${PROD}:role/deploy`, count: 1 }]);
    expect(incident?.severityReasons.join("; ")).toContain("found by a random cut forest alone");
    expect(told(incidents)).toContain(
      "; found by a random cut forest alone (grade 0.8, confidence 0.5), the count model found nothing",
    );
    const again = await incidentsOf([], new MemorySecondOpinions([RUNNING], [results(found), results(found)]));
    expect(again).toEqual(incidents);
  });

  test("not below the floor, not in warm-up, not for a drop, and not where it is no rise as counted now", async () => {
    const nothing = [
      { ...found, expected: 1.2 },
      { ...found, confidence: 0 },
      { ...found, grade: 0 },
      { ...found, actual: 0, expected: 4 },
      { ...found, expected: null },
      { ...found, window: { start: at(17.3), end: at(17.3) + BUCKET } },
      { ...found, signal: "no-such-signal" },
      { ...found, entity: { of: "account-type", type: "production" } as const, actual: null, expected: null },
    ];
    for (const changes of nothing) {
      expect(await incidentsOf([], new MemorySecondOpinions([RUNNING], [results(changes)]))).toEqual([]);
    }
  });

  test("windows that follow one another are one anomaly", async () => {
    const next = { ...found, window: { start: quiet.end, end: quiet.end + BUCKET }, actual: 9, expected: 0.75 };
    const more = { ...fleet(PROD), id: "more", time: quiet.end + 30_000 };
    const incidents = await incidentsOf([more], new MemorySecondOpinions([RUNNING], [results(next), results(found)]));
    const anomalies = anomaliesOf(incidents).filter(({ signal }) => signal === SIGNAL);
    // the fleet itself is the count model's: its first window is attached, the one before is the forest's alone
    expect(anomalies.map(({ secondOpinion }) => secondOpinion?.own?.verdict).sort()).toEqual(["alone", "same"]);
    const small = { ...next, window: { start: quiet.end, end: quiet.end + BUCKET } };
    const alone = await incidentsOf(
      [{ ...more, quantities: more.quantities.map((quantity) => ({ ...quantity, amount: 2 })) }],
      new MemorySecondOpinions([RUNNING], [results(small), results(found)]),
    );
    expect(anomaliesOf(alone)).toMatchObject([
      { actual: 6, expected: 1.25, window: { start: quiet.start, end: quiet.end + BUCKET } },
    ]);
    expect(anomaliesOf(alone)[0]?.grade).toBeCloseTo(0.08, 12);
  });

  test("pages nobody by itself, however much was done", async () => {
    // The count model has seen as much every night.
    const night = (day: number) => ({ ...fleet(PROD), id: `night-${day}`, time: at(day + 0.9) + 60_000 });
    const nights = Array.from({ length: 17 }, (_, day) => night(day));
    const last = { ...found, window: { start: at(16.9), end: at(16.9) + BUCKET }, actual: 40, expected: 0 };
    expect(await incidentsOf(nights)).toEqual([]);
    const incidents = await incidentsOf(nights, new MemorySecondOpinions([RUNNING], [results(last)]));
    expect(incidents).toMatchObject([{ severity: "low", paging: { paged: false } }]);
    expect(incidents[0]?.severityReasons.join("; ")).toContain("found by a random cut forest alone, so only low");
  });
});
