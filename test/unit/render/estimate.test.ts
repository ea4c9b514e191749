import { expect, test } from "@jest/globals";
import { parseUsdText } from "#core/domain/money.ts";
import { renderEstimate } from "../../../cli/render/estimate.ts";
import { renderEstimateJson } from "../../../cli/render/estimate-json.ts";
import { estimateOf } from "../estimate/plans.ts";

const text = (...wanted: Parameters<typeof estimateOf>): string =>
  renderEstimate(estimateOf(...wanted), { width: 100, colour: false });

test("the sum comes first, then what comes in, and every price has its place in the list at the end", () => {
  const shown = text();
  expect(shown).toMatch(/^Trailwatch in us-east-1, size small, 20 accounts: \$\d+ to \$\d+ a month/);
  expect(shown).toContain("Events: 400,000 a day");
  expect(shown).toMatch(/\$296 {2}data nodes: 3 x m7g\.large\.search, 730 hours at \$0\.135 \[1\]/);
  const marks = new Set([...shown.matchAll(/ \[(\d+)\]$/gm)].map(([, mark]) => mark));
  const listed = new Set([...shown.matchAll(/^ {2}\[(\d+)\] /gm)].map(([, mark]) => mark));
  expect(marks.size).toBeGreaterThan(10);
  expect([...marks].filter((mark) => !listed.has(mark))).toEqual([]);
  expect(shown).toContain("https://aws.amazon.com/cloudtrail/pricing/, every region (2026-11)");
  for (const line of shown.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
});

test("prices of another region are marked, and the mark is explained once", () => {
  const shown = text({ region: "eu-west-1" });
  expect(shown).toContain("at ~$0.506 to $0.597");
  expect(shown.match(/eu-west-1 taken as/g)).toHaveLength(1);
  expect(text()).not.toContain("~");
});

test("what nobody knows the cost of stands in the first sentence", () => {
  const shown = text({ deployment: { trail: { dataEvents: { s3: true } } } }).replace(/\s+/g, " ");
  expect(shown).toMatch(
    /a month \(.* an account\), without data events: reads and writes of objects in S3, of which nobody knows the cost/,
  );
  expect(shown).toContain("unknown data events: reads and writes of objects in S3: not known at $1.00 a million");
});

test("JSON has amounts, unit prices and reasons as fields, and adds up", () => {
  const document = JSON.parse(renderEstimateJson(estimateOf({ region: "eu-west-1" })));
  const sum = document.lines.reduce(
    (all: bigint, line: { usdPerMonth: { low: string } }) => all + parseUsdText(line.usdPerMonth.low),
    0n,
  );
  expect(parseUsdText(document.usdPerMonth.low)).toBe(sum);
  expect(document).toMatchObject({ region: "eu-west-1", size: "small", mode: "multi-account", complete: true });
  const taken = document.lines.find(({ what }: { what: string }) => what === "the trail's log group, taken in");
  expect(taken).toMatchObject({
    service: "CloudWatch Logs",
    unitPrice: {
      unit: "a GiB taken in by CloudWatch Logs",
      listedIn: "us-east-1",
      source: "https://aws.amazon.com/cloudwatch/pricing/",
      asOf: "2026-06",
      carried: expect.stringContaining("eu-west-1 taken as"),
    },
    why: ["1,712 bytes an event"],
  });
  expect(document.options[0].setting).toBe("deployment.trail.allowSecondTrail");
  expect(renderEstimateJson(estimateOf({ deployment: { trail: { dataEvents: { s3: true } } } }))).toContain(
    '"complete": false',
  );
});
