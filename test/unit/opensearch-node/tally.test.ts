import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { remember } from "../../opensearch/support/cluster.ts";
import PlacesReporter from "../../opensearch/support/reporter.ts";
import {
  type Declared,
  declare,
  openTally,
  readTally,
  removeTally,
  summarize,
} from "../../opensearch/support/tally.ts";

const declared = (test: string, place: Declared["place"], missing: string[] = []): Declared => ({
  path: "/a.test.ts",
  test,
  place,
  missing,
});
const ran = (test: string, path = "/a.test.ts") => ({ path, test });

test("every test that ran is counted where it said it would run", () => {
  const all = [
    declared("one", "live"),
    declared("two", "stand-in", ["opensearch-alerting"]),
    declared("skipped", "live"),
  ];
  expect(summarize(all, [ran("one"), ran("two"), ran("three"), ran("one", "/b.test.ts")])).toEqual({
    live: 1,
    standIn: 1,
    withoutNode: 2,
    missing: ["opensearch-alerting"],
  });
});

test("a test that used both, in whatever order, did not run live", () => {
  const both = [declared("one", "live"), declared("one", "stand-in", ["x"])];
  expect(summarize(both, [ran("one")])).toMatchObject({ live: 0, standIn: 1 });
  expect(summarize(both.toReversed(), [ran("one")])).toMatchObject({ live: 0, standIn: 1 });
});

let said: string;
beforeEach(() => {
  openTally(process.env);
  remember({ url: "http://host:9200", version: "3.7.0", plugins: [] }, process.env);
  said = "";
  jest.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += text;
    return true;
  });
});
afterEach(() => {
  removeTally(process.env);
  jest.restoreAllMocks();
});

const ALL = { testPathPatterns: { patterns: [] } };
const results = (...tests: [fullName: string, status: string][]) => ({
  testResults: [{ testFilePath: "/a.test.ts", testResults: tests.map(([fullName, status]) => ({ fullName, status })) }],
});

test("what is declared in one process is read in another", () => {
  expect(readTally(process.env)).toEqual([]);
  declare(declared("one", "live"));
  declare(declared("two", "stand-in", ["x"]));
  expect(readTally(process.env)).toEqual([declared("one", "live"), declared("two", "stand-in", ["x"])]);
});

test("the end of a run says who answered; skipped tests do not count", () => {
  declare(declared("one", "live"));
  declare(declared("two", "stand-in", ["opensearch-alerting"]));
  const reporter = new PlacesReporter(ALL);
  reporter.onRunComplete(null, results(["one", "passed"], ["two", "failed"], ["three", "passed"], ["four", "pending"]));
  expect(said).toBe(
    "\nOpenSearch 3.7.0 at http://host:9200: 1 tests ran live, 1 on the stand-in (the node lacks opensearch-alerting), 1 without a node\n",
  );
  expect(reporter.getLastError()).toBeUndefined();
});

test("a whole run in which nothing ran live fails; a choice of tests may", () => {
  declare(declared("two", "stand-in"));
  const whole = new PlacesReporter(ALL);
  whole.onRunComplete(null, results(["two", "passed"], ["one", "skipped"]));
  expect(whole.getLastError()?.message).toContain("no test ran live");
  expect(said).toContain("no test ran live");
  for (const choice of [{ testPathPatterns: { patterns: ["detectors"] } }, { ...ALL, testNamePattern: "spike" }]) {
    const some = new PlacesReporter(choice);
    some.onRunComplete(null, results(["two", "passed"]));
    expect(some.getLastError()).toBeUndefined();
  }
});
