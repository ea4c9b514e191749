import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { vegaSpecification } from "#adapters/opensearch/saved-objects/vega.ts";
import { isoTime, type TimeWindow } from "#core/domain/time.ts";
import type { ReportModel } from "#core/report/model.ts";
import { DASHBOARD_CHARTS } from "#dashboards/index.ts";
import { fillNode, simulateAndAnalyse } from "../../tools/dashboards/simulated-world.ts";
import { answered, drawn, rowsOf } from "../../tools/dashboards/vega-panel.ts";
import { emptyPlace, type Place } from "./filled-opensearch.ts";
import { liveNode } from "./support/live-node.ts";

/**
 * The same organization twice: analysed the embedded way, whose report computes its rows itself, and on the node, which
 * a dashboard asks.
 */
const node = liveNode();
const folder = mkdtempSync(join(tmpdir(), "trailwatch-dashboards-"));
let place: Place;
let report: ReportModel;
let span: TimeWindow;

beforeAll(async () => {
  place = await emptyPlace(node);
  simulateAndAnalyse(folder, { accounts: 3, days: 9, seed: 5 });
  report = await fillNode(folder, place.connection, place.names);
  span = report.analysis.span as TimeWindow;
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Row = Readonly<Record<string, unknown>>;

const specificationOf = (name: keyof typeof DASHBOARD_CHARTS): Promise<Row> =>
  answered(vegaSpecification(DASHBOARD_CHARTS[name], place.names), place.connection, {
    from: span.start,
    to: span.end,
  });
const rows = async (name: keyof typeof DASHBOARD_CHARTS): Promise<readonly Row[]> =>
  rowsOf(await specificationOf(name));

const lines = (some: readonly object[], ...fields: readonly string[]): readonly string[] =>
  some.map((row) => fields.map((field) => String((row as Row)[field])).join(" ")).sort();

test("the heat map shows the report's incidents, and calm days where something was logged", async () => {
  const found = (await rows("heatMap")).map((row) => ({ ...row, day: isoTime(row["day"] as number) }));
  const fields = ["account", "day", "severity", "incidents"];
  const [ours, reports] = [lines(found, ...fields), lines(report.heat, ...fields)];
  expect(ours.filter((line) => !reports.includes(line))).toEqual([]);
  // The report knows no difference between a calm day and one without a log.
  expect(reports.filter((line) => !ours.includes(line) && !line.endsWith("none 0"))).toEqual([]);
  expect(ours.some((line) => !line.endsWith("none 0"))).toBe(true);
});

test("the ranking is the report's, in its order", async () => {
  const found = await rows("ranking");
  const fields = ["account", "severity", "incidents"];
  expect(lines(found, ...fields)).toEqual(lines(report.ranking, ...fields));
  const order = (some: readonly object[]): unknown[] => [...new Set(some.map((row) => (row as Row)["account"]))];
  expect(order(found)).toEqual(order(report.ranking));
});

test("types compare as in the report", async () => {
  const found = new Map(
    (await rows("typeComparison")).map((row) => [`${row["type"]} ${row["measure"]}`, row["value"]]),
  );
  expect(found.size).toBe(report.types.length);
  for (const { type, measure, value } of report.types) expect(found.get(`${type} ${measure}`)).toBeCloseTo(value, 9);
});

test("correlations are about the report's, which ends in another hour and leaves out hours without delivery", async () => {
  const found = new Map(
    (await rows("accountCorrelation")).map((row) => [`${row["a"]} ${row["b"]}`, row["correlation"]]),
  );
  expect(found.size).toBe(report.correlation.length);
  expect(found.size).toBeGreaterThan(0);
  for (const { a, b, correlation } of report.correlation) expect(found.get(`${a} ${b}`)).toBeCloseTo(correlation, 1);
});

test("the spend meter adds up to the report's", async () => {
  const found = await rows("spendMeter");
  for (const change of ["added", "removed"]) {
    const total = (some: readonly object[]): number =>
      some.reduce<number>(
        (sum, row) => sum + ((row as Row)["change"] === change ? Number((row as Row)["usdPerHour"]) : 0),
        0,
      );
    expect(total(found)).toBeCloseTo(total(report.spend), 6);
    expect(total(found)).not.toBe(0);
  }
});

test.each(Object.keys(DASHBOARD_CHARTS) as (keyof typeof DASHBOARD_CHARTS)[])(
  "%s has rows, and is drawn",
  async (name) => {
    const specification = await specificationOf(name);
    expect((await rowsOf(specification)).length).toBeGreaterThan(0);
    const svg = await drawn(specification, { width: 600, height: 300 });
    expect(svg.match(/<path /g)?.length).toBeGreaterThan(3);
  },
);
