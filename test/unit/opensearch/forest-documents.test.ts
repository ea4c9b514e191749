import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { type ResultDocument, readResult } from "#adapters/opensearch/forest/result-document.ts";
import { distinctFindings } from "#core/second-opinion/distinct-findings.ts";

interface Hit {
  readonly _id: string;
  readonly _index: string;
  readonly _source: ResultDocument & { readonly task_id?: string };
}

/** Every result document that was recorded, by the exchange that it was recorded in. */
const recorded = ["results", "realtime"].flatMap((file) => {
  const path = new URL(`../../fixtures/opensearch-exchanges/${file}.json`, import.meta.url);
  const exchanges = JSON.parse(readFileSync(path, "utf8"));
  return exchanges.flatMap(({ name, response }: { name: string; response: { body: unknown } }) =>
    hitsOf(response.body).map((hit) => ({ name, hit })),
  ) as { readonly name: string; readonly hit: Hit }[];
});

function hitsOf(body: unknown): readonly Hit[] {
  const { hits } = (body ?? {}) as { hits?: { hits?: readonly Hit[] } };
  return (hits?.hits ?? []).filter(({ _source }) => _source?.data_start_time !== undefined);
}

const documentOf = (name: string, at = 0): ResultDocument => {
  const found = recorded.filter((one) => one.name === name)[at];
  if (!found) throw new Error(`no such recording: ${name}`);
  return found.hit._source;
};

const INSTANCES = { signal: "instances-launched", by: "entity" } as const;

test("a spike of a run over the past: counts again, not roots", () => {
  expect(readResult(documentOf("doc-grade-above-zero"), INSTANCES)).toEqual({
    signal: "instances-launched",
    entity: { of: "region", account: "222222222222", region: "us-east-1" },
    window: { start: 1795128000000, end: 1795128300000 },
    grade: 1,
    confidence: expect.closeTo(0.8426, 4),
    actual: 215,
    expected: expect.closeTo(5.918, 3),
  });
});

test("a result without expectation is a judgement all the same", () => {
  expect(readResult(documentOf("doc-grade-zero"), INSTANCES)).toMatchObject({ grade: 0, actual: 0, expected: null });
});

test("where the anomaly began earlier, its own window and value are meant", () => {
  const earlier = recorded.find(({ hit }) => hit._source.past_values)?.hit._source;
  expect(earlier).toMatchObject({ data_start_time: 1795200407450, approx_anomaly_start_time: 1795200107450 });
  const named = { ...earlier, entity: [{ name: "entity", value: "1|us-east-1" }] };
  expect(readResult(named, INSTANCES)).toMatchObject({
    window: { start: 1795200107450, end: 1795200407450 },
    actual: 0,
    expected: expect.closeTo(47.65, 2),
  });
});

test("errors, windows that were filled in, and entities that are not ours judge nothing", () => {
  expect(readResult(documentOf("results-error-without-grade"), INSTANCES)).toBeNull();
  expect(readResult(documentOf("results-imputed"), INSTANCES)).toBeNull();
  expect(readResult(documentOf("two-categories-anomalies"), INSTANCES)).toBeNull();
  const spike = documentOf("doc-grade-above-zero");
  for (const value of ["", "no bar", "|region"]) {
    expect(readResult({ ...spike, entity: [{ name: "entity", value }] }, INSTANCES)).toBeNull();
  }
});

test("of accounts together, roots added up are no number of things", () => {
  const spike = documentOf("doc-grade-above-zero");
  const of = (name: string, value: string) => ({ ...spike, entity: [{ name, value }] });
  expect(
    readResult(of("account_type", "development"), { signal: "instances-launched", by: "account-type" }),
  ).toMatchObject({ entity: { of: "account-type", type: "development" }, actual: null, expected: null, grade: 1 });
  expect(readResult(of("account_type", "nonsense"), { signal: "x", by: "account-type" })).toBeNull();
  expect(readResult(of("ou_path", "/Workloads/Dev"), { signal: "x", by: "ou" })).toMatchObject({
    entity: { of: "ou", path: "/Workloads/Dev" },
    actual: null,
  });
});

test("every document that was ever recorded is read, or known for what it is; with any member left out as well", () => {
  expect(recorded.length).toBeGreaterThan(80);
  for (const { hit } of recorded) {
    const result = readResult(hit._source, INSTANCES);
    if (result) expect(result.window.end).toBeGreaterThan(result.window.start);
    for (const member of Object.keys(hit._source)) {
      const rest = Object.fromEntries(Object.entries(hit._source).filter(([name]) => name !== member));
      expect(() => readResult(rest, INSTANCES)).not.toThrow();
    }
  }
});

test("the live spike is one finding, though a restart judged its window again and shifted; the warm-up is none", () => {
  const results = recorded
    .filter(({ name }) => name === "after-restart-spike-again" || name === "spike-real-time-anomaly")
    .flatMap(({ hit }) => readResult(hit._source, INSTANCES) ?? []);
  expect(results.filter(({ grade }) => grade === 1).length).toBeGreaterThan(2);
  expect(distinctFindings(results)).toMatchObject([
    {
      entity: { of: "region", account: "111111111111", region: "us-east-1" },
      window: { start: 1795200600000, end: 1795200900000 },
      actual: 420,
    },
  ]);
});
