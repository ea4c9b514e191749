import { beforeAll, describe, expect, test } from "@jest/globals";
import { toDocument } from "#adapters/opensearch/documents/event-document.ts";
import { incidentDocument } from "#adapters/opensearch/documents/incident-document.ts";
import { OpenSearchRollupStore } from "#adapters/opensearch/rollup-store.ts";
import { vegaSpecification } from "#adapters/opensearch/saved-objects/vega.ts";
import type { AccountContext, AccountType } from "#core/domain/account.ts";
import type { Severity } from "#core/domain/finding.ts";
import type { Incident } from "#core/domain/incident.ts";
import { BUCKET, HOUR, MINUTE } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import { accountCorrelations } from "#core/report/correlation.ts";
import { DASHBOARD_CHARTS } from "#dashboards/index.ts";
import { answered, type Context, drawn, rowsOf } from "../../tools/dashboards/vega-panel.ts";
import { sampleEvent } from "../fakes/usage-events.ts";
import { emptyPlace, type Place } from "./filled-opensearch.ts";
import { liveNode } from "./support/live-node.ts";

const node = liveNode();

const at = (text: string): number => Date.parse(text);
const CONTEXT: Context = { from: at("2026-11-03T00:00:00Z"), to: at("2026-11-06T00:00:00Z") };

const context = (id: string, alias: string, type: AccountType): AccountContext => ({
  id,
  alias,
  type,
  ouPath: null,
  costCenter: null,
  owner: null,
  tags: {},
  known: true,
});
const PROD = context("111111111111", "prod", "production");
const DEV = context("222222222222", "dev", "development");
/** Somebody gave two accounts the same name. */
const OTHER_DEV = context("333333333333", "dev", "development");

interface Logged {
  readonly account: AccountContext;
  readonly event: PricedUsageEvent;
  readonly counted: boolean;
}

let made = 0;
const logged = (
  account: AccountContext,
  time: string,
  changes: Partial<PricedUsageEvent> = {},
  counted = true,
): Logged => ({
  account,
  event: sampleEvent({ id: `event-${made++}`, time: at(time), account: account.id, ...changes }),
  counted,
});

const costs = (direction: "added" | "removed", usd: bigint): Partial<PricedUsageEvent> => ({
  service: "ec2",
  action: direction === "added" ? "RunInstances" : "TerminateInstances",
  readOnly: false,
  cost: [
    {
      kind: "rate",
      direction,
      lowPerHour: usd * 1_000_000_000n,
      highPerHour: (usd + 1n) * 1_000_000_000n,
      basis: ["list price"],
    },
  ],
});

const EVENTS: readonly Logged[] = [
  logged(PROD, "2026-11-03T10:00:00Z", costs("added", 2n)),
  logged(PROD, "2026-11-04T10:00:00Z", costs("removed", 1n)),
  // The other copy of an action logged in two accounts.
  logged(PROD, "2026-11-04T10:00:00Z", costs("added", 100n), false),
  logged(DEV, "2026-11-03T11:00:00Z", { outcome: "denied", errorCode: "AccessDenied", region: "us-east-1" }),
  logged(OTHER_DEV, "2026-11-05T09:00:00Z", { service: "lambda", action: "Invoke", category: "data" }),
  // Outside the chosen time.
  logged(OTHER_DEV, "2026-11-02T09:00:00Z", costs("added", 50n)),
];

const incident = (
  id: string,
  severity: Severity,
  findings: readonly [AccountContext, string, string, string, string][],
) => {
  const accounts = [...new Set(findings.map(([account]) => account))];
  const windows = findings.map(([, , , start, end]) => ({ start: at(start), end: at(end) }));
  const window = {
    start: Math.min(...windows.map(({ start }) => start)),
    end: Math.max(...windows.map(({ end }) => end)),
  };
  return {
    id,
    severity,
    state: "open",
    openedAt: window.start,
    updatedAt: window.end,
    closedAt: null,
    window,
    accounts,
    regions: [...new Set(findings.map(([, region]) => region))],
    principals: [],
    findings: findings.map(([account, region, signal], n) => ({
      kind: "anomaly",
      account: account.id,
      region,
      signal,
      window: windows[n],
    })),
    cost: { status: "none" },
    explanation: { summary: "", causes: [], actions: [] },
    paging: { paged: false, reason: "" },
    expected: { expected: false, reasons: [] },
    mute: null,
    label: null,
    revision: 1,
    eventCount: 0,
  } as unknown as Incident;
};

const LAUNCHES = "instances-launched";
const DENIED = "denied-calls";
const INCIDENTS: readonly Incident[] = [
  incident("one", "high", [
    [PROD, "eu-west-1", LAUNCHES, "2026-11-03T22:00:00Z", "2026-11-04T02:00:00Z"],
    [DEV, "us-east-1", DENIED, "2026-11-05T08:00:00Z", "2026-11-05T08:10:00Z"],
  ]),
  incident("two", "low", [[PROD, "eu-west-1", LAUNCHES, "2026-11-04T12:00:00Z", "2026-11-04T12:10:00Z"]]),
  incident("three", "info", [[DEV, "us-east-1", DENIED, "2026-11-05T20:00:00Z", "2026-11-05T20:10:00Z"]]),
  // Began before the chosen time, and went on into it.
  incident("four", "medium", [[OTHER_DEV, "eu-west-1", LAUNCHES, "2026-11-01T00:00:00Z", "2026-11-03T01:00:00Z"]]),
  incident("past", "critical", [[PROD, "eu-west-1", LAUNCHES, "2026-10-01T00:00:00Z", "2026-10-01T01:00:00Z"]]),
];

async function fill(place: Place, events: readonly Logged[], incidents: readonly Incident[]): Promise<void> {
  const { connection, names } = place;
  const lines = [
    ...events.flatMap(({ account, event, counted }) => [
      { create: { _index: names.eventsAt(event.time), _id: event.id } },
      toDocument(event, account, { counted, fingerprint: "", firsts: [] }),
    ]),
    ...incidents.flatMap((one) => [{ index: { _index: names.incidents, _id: one.id } }, incidentDocument(one, 0)]),
  ];
  const { body } = await connection.send("POST", "/_bulk", {
    query: { refresh: true },
    lines: lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
  });
  expect(body.errors).toBe(false);
}

const day = (text: string): number => at(`2026-11-0${text}T00:00:00Z`);

type ChartName = keyof typeof DASHBOARD_CHARTS;
type Row = Readonly<Record<string, unknown>>;

/** The chart's fields of its rows, and that all of them are there; in no order. */
async function rows(name: ChartName, { connection, names }: Place, chosen: Context = CONTEXT): Promise<readonly Row[]> {
  const chart = DASHBOARD_CHARTS[name];
  const found = await rowsOf(await answered(vegaSpecification(chart, names), connection, chosen));
  return found.map((row) =>
    Object.fromEntries(
      chart.fields.map((field) => {
        expect(row[field]).toBeDefined();
        return [field, row[field]];
      }),
    ),
  );
}

const sorted = (some: readonly Row[]): readonly string[] => some.map((row) => JSON.stringify(row)).sort();
const expectRows = (found: readonly Row[], wanted: readonly Row[]): void =>
  expect(sorted(found)).toEqual(sorted(wanted));

describe("on a few events and incidents", () => {
  let place: Place;
  beforeAll(async () => {
    place = await emptyPlace(node);
    await fill(place, EVENTS, INCIDENTS);
  });

  test("the heat map has a cell where something was logged, with the worst incident of that day", async () => {
    expectRows(await rows("heatMap", place), [
      { account: "prod", day: day("3"), severity: "high", incidents: 1 },
      { account: "prod", day: day("4"), severity: "high", incidents: 2 },
      { account: "dev 222222222222", day: day("3"), severity: "none", incidents: 0 },
      { account: "dev 222222222222", day: day("5"), severity: "high", incidents: 2 },
      { account: "dev 333333333333", day: day("3"), severity: "medium", incidents: 1 },
      { account: "dev 333333333333", day: day("5"), severity: "none", incidents: 0 },
    ]);
  });

  test("accounts are ranked by their gravest incidents", async () => {
    // In this order, which is that of the picture.
    expect(await rows("ranking", place)).toEqual([
      { account: "prod", severity: "high", incidents: 1 },
      { account: "prod", severity: "low", incidents: 1 },
      { account: "dev 222222222222", severity: "high", incidents: 1 },
      { account: "dev 222222222222", severity: "info", incidents: 1 },
      { account: "dev 333333333333", severity: "medium", incidents: 1 },
    ]);
  });

  test("the trend counts incidents on the day they began, and days without any", async () => {
    const found = await rows("incidentTrend", place);
    expect(new Set(found.map(({ day }) => day)).size).toBe(4);
    expectRows(
      found.filter(({ incidents }) => incidents !== 0),
      [
        { day: at("2026-11-03T00:00:00Z"), severity: "high", incidents: 1 },
        { day: at("2026-11-04T00:00:00Z"), severity: "low", incidents: 1 },
        { day: at("2026-11-05T00:00:00Z"), severity: "info", incidents: 1 },
      ],
    );
  });

  test("types compare by account and day, without what is not counted", async () => {
    const days = (at("2026-11-05T09:00:00Z") + BUCKET - at("2026-11-03T10:00:00Z")) / (24 * HOUR);
    const found = await rows("typeComparison", place);
    const value = (type: string, measure: string): unknown =>
      found.find((row) => row["type"] === type && row["measure"] === measure)?.["value"];
    expect(found).toHaveLength(6);
    expect(value("production", "events per account and day")).toBeCloseTo(3 / days);
    expect(value("development", "events per account and day")).toBeCloseTo(2 / 2 / days);
    expect(value("production", "USD/hour added per account and day")).toBeCloseTo(2.5 / days);
    expect(value("development", "USD/hour added per account and day")).toBe(0);
    // One and two; of the others "three" is only info.
    expect(value("production", "incidents per account and week")).toBeCloseTo((7 * 2) / days);
    expect(value("development", "incidents per account and week")).toBeCloseTo((7 * 2) / 2 / days);
  });

  test("the spend meter adds what was counted, at its midpoint", async () => {
    expectRows(await rows("spendMeter", place), [
      { time: at("2026-11-03T10:00:00Z"), change: "added", usdPerHour: 2.5 },
      { time: at("2026-11-04T10:00:00Z"), change: "removed", usdPerHour: -1.5 },
    ]);
  });

  test("accounts stand against the regions in which they logged or something was found", async () => {
    expectRows(await rows("accountRegions", place), [
      { account: "prod", region: "eu-west-1", severity: "high", incidents: 2 },
      { account: "dev 222222222222", region: "us-east-1", severity: "high", incidents: 2 },
      { account: "dev 333333333333", region: "eu-west-1", severity: "medium", incidents: 1 },
    ]);
  });

  test("profiles count incidents by what was found, and accounts with the same mixture are alike", async () => {
    expectRows(await rows("anomalyProfiles", place), [
      { account: "prod", finding: LAUNCHES, incidents: 2 },
      { account: "dev 222222222222", finding: DENIED, incidents: 2 },
      { account: "dev 333333333333", finding: LAUNCHES, incidents: 1 },
    ]);
    expectRows(await rows("profileSimilarity", place), [
      { a: "prod", b: "dev 333333333333", similarity: 1 },
      { a: "dev 333333333333", b: "prod", similarity: 1 },
    ]);
  });

  test("coverage has nothing where nothing was logged", async () => {
    expectRows(await rows("coverage", place), [
      { account: "prod", time: at("2026-11-03T10:00:00Z"), events: 1 },
      { account: "prod", time: at("2026-11-04T10:00:00Z"), events: 2 },
      { account: "dev 222222222222", time: at("2026-11-03T11:00:00Z"), events: 1 },
      { account: "dev 333333333333", time: at("2026-11-05T09:00:00Z"), events: 1 },
    ]);
  });

  test("freshness counts from the last event to the end of the chosen time, the stalest first", async () => {
    expect(await rows("freshness", place)).toEqual([
      { account: "dev 222222222222", silentMinutes: (13 + 48) * 60 },
      { account: "prod", silentMinutes: (14 + 24) * 60 },
      { account: "dev 333333333333", silentMinutes: 15 * 60 },
    ]);
  });

  test("kinds of events are told apart, and a kind that was not logged has no row", async () => {
    expectRows(await rows("loggedKinds", place), [
      { account: "prod", kind: "management", events: 3 },
      { account: "dev 222222222222", kind: "management", events: 1 },
      { account: "dev 333333333333", kind: "lambda data", events: 1 },
    ]);
  });

  const ofProd = [
    { account: "prod", day: day("3"), severity: "high", incidents: 1 },
    { account: "prod", day: day("4"), severity: "high", incidents: 2 },
    // In the same incident as prod; its own events do not pass, so its name is not known.
    { account: "222222222222", day: day("5"), severity: "high", incidents: 1 },
  ];
  test.each([
    { of: "account", filter: { term: { account: PROD.id } }, heat: ofProd },
    { of: "account type", filter: { match_phrase: { account_type: "production" } }, heat: ofProd },
    {
      of: "region",
      filter: { match_phrase: { region: "eu-west-1" } },
      heat: [
        ...ofProd,
        { account: "dev", day: day("3"), severity: "medium", incidents: 1 },
        { account: "dev", day: day("5"), severity: "none", incidents: 0 },
      ],
    },
  ])("a filter of the $of holds for events and incidents alike", async ({ filter, heat }) => {
    expectRows(await rows("heatMap", place, { ...CONTEXT, filters: [filter] }), heat);
  });

  test("a filter that nothing passes leaves every chart empty, and none broken", async () => {
    const nothing: Context = { ...CONTEXT, filters: [{ term: { account: "999999999999" } }] };
    for (const name of Object.keys(DASHBOARD_CHARTS) as ChartName[]) {
      const specification = await answered(
        vegaSpecification(DASHBOARD_CHARTS[name], place.names),
        place.connection,
        nothing,
      );
      expect((await rowsOf(specification)).filter((row) => row["incidents"] !== 0)).toEqual([]);
      expect(await drawn(specification, { width: 400, height: 300 })).toMatch(/^<svg /);
    }
  });
});

test("before anything was written every chart is empty, and none broken", async () => {
  const place = await emptyPlace(node);
  await place.connection.send("PUT", `/${place.names.incidents}`);
  for (const name of Object.keys(DASHBOARD_CHARTS) as ChartName[]) {
    const specification = await answered(
      vegaSpecification(DASHBOARD_CHARTS[name], place.names),
      place.connection,
      CONTEXT,
    );
    expect((await rowsOf(specification)).filter((row) => row["incidents"] !== 0)).toEqual([]);
    expect(await drawn(specification, { width: 400, height: 300 })).toMatch(/^<svg /);
  }
});

test("signals are summed over regions, without those that are counted per principal as well", async () => {
  const place = await emptyPlace(node);
  const store = new OpenSearchRollupStore(place.connection, place.names, () => 0);
  const row = (signal: string, region: string, principal: string | null, minutes: number, value: number) => ({
    signal,
    entity: { account: PROD.id, region, principal, resource: null },
    bucket: CONTEXT.from + minutes * MINUTE,
    value,
    accountType: PROD.type,
    ouPath: null,
  });
  await store.write([
    row(DENIED, "eu-west-1", null, 0, 3),
    row(DENIED, "us-east-1", null, 5, 4),
    row(DENIED, "us-east-1", null, 65, 5),
    row(LAUNCHES, "eu-west-1", null, 0, 0),
    row(`${DENIED}-by-principal`, "eu-west-1", "ana", 0, 3),
  ]);
  await place.connection.send("POST", `/${place.names.rollups}/_refresh`);
  expectRows(await rows("signalTrend", place), [
    { signal: DENIED, time: CONTEXT.from, value: 7 },
    { signal: DENIED, time: CONTEXT.from + HOUR, value: 5 },
  ]);
});

test("correlations are those that the report computes; quiet hours and equal counts too", async () => {
  const place = await emptyPlace(node);
  const hours = 100;
  // By turns none and many, with ties, and the daily wave that is to be taken out.
  const counts = {
    prod: (hour: number) => ((hour * 7919) % 5) + (hour % 24 > 8 ? 3 : 0),
    dev: (hour: number) => Math.max(0, ((hour * 7919) % 5) - 1),
    other: (hour: number) => (hour * 104_729) % 7,
  };
  const contexts = { prod: PROD, dev: DEV, other: context(OTHER_DEV.id, "other", "sandbox") };
  const start = CONTEXT.to - hours * HOUR;
  const names = Object.keys(counts) as (keyof typeof counts)[];
  const events = names.flatMap((name) =>
    Array.from({ length: hours }, (_, hour) => hour).flatMap((hour) =>
      Array.from({ length: counts[name](hour) }, () =>
        logged(contexts[name], new Date(start + hour * HOUR).toISOString()),
      ),
    ),
  );
  await fill(place, events, []);
  // From the first hour in which anybody logged anything.
  const first = Array.from({ length: hours }, (_, hour) => hour).find((hour) =>
    names.some((name) => counts[name](hour) > 0),
  );
  const hourly = (name: (typeof names)[number]): (number | null)[] =>
    Array.from({ length: hours }, (_, hour) => (hour < (first ?? 0) ? null : counts[name](hour)));
  const wanted = accountCorrelations(new Map(names.map((name) => [name, hourly(name)])));
  expect(wanted).toHaveLength(6);
  const key = (row: Row): string => `${row["a"]} ${row["b"]}`;
  for (const chart of ["accountCorrelation", "accountGraph"] as const) {
    const found = new Map((await rows(chart, place)).map((row) => [key(row), row["correlation"]]));
    expect(found.size).toBe(6);
    for (const row of wanted) expect(found.get(`${row.a} ${row.b}`)).toBeCloseTo(row.correlation, 10);
  }
});

test("an account is compared with its own past and with the median of its type", async () => {
  const place = await emptyPlace(node);
  const changes = (account: AccountContext, day: number, times: number): Logged[] =>
    Array.from({ length: times }, () =>
      logged(account, new Date(CONTEXT.to - day * 24 * HOUR).toISOString(), { readOnly: false }),
    );
  const fresh = context("444444444444", "fresh", "development");
  await fill(
    place,
    [
      ...changes(PROD, 21, 20),
      ...changes(PROD, 3, 29),
      ...changes(DEV, 21, 8),
      ...changes(DEV, 3, 3),
      ...changes(OTHER_DEV, 21, 6),
      ...changes(OTHER_DEV, 3, 5),
      // No past at all.
      ...changes(fresh, 2, 50),
      // Reading changes nothing, and what was refused did not happen.
      logged(DEV, "2026-11-04T00:00:00Z"),
      logged(DEV, "2026-11-04T00:00:00Z", { readOnly: false, outcome: "denied" }),
    ],
    [],
  );
  const found = await rows("accountComparison", place);
  // Of the four weeks before there are two: 14 days, of which a week is half.
  expectRows(found, [
    { account: "prod", type: "production", changes: 29, ownPast: 30 / 11, peers: 1 },
    { account: "dev 222222222222", type: "development", changes: 3, ownPast: 4 / 5, peers: 4 / 5 },
    { account: "dev 333333333333", type: "development", changes: 5, ownPast: 6 / 4, peers: 6 / 5 },
  ]);
});
