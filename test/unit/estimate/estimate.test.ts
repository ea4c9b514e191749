import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { storageNeed } from "#core/estimate/search.ts";
import { measuredVolume } from "#core/estimate/volume.ts";
import { estimateOf, lineOf, planOf, usdOf } from "./plans.ts";

const LOG_GROUP = { trail: { logGroup: "aws-controltower/CloudTrailLogs" } };
const BUCKET = { trail: { bucket: { name: "org-logs", topicArn: "arn:aws:sns:us-east-1:111122223333:new-logs" } } };
const DOMAIN = {
  domain: {
    endpoint: "https://search-logs.us-east-1.es.amazonaws.com",
    arn: "arn:aws:es:us-east-1:111122223333:domain/logs",
  },
};

describe("worked by hand", () => {
  test("3 m7g.large.search at $0.135 for 730 hours, 300 GiB at $0.122", () => {
    const { lines } = estimateOf();
    expect(usdOf(lineOf(lines, "data nodes"))).toBeCloseTo(3 * 0.135 * 730, 6);
    expect(usdOf(lineOf(lines, "storage"))).toBeCloseTo(36.6, 6);
  });

  test("a second copy of 100,000 events costs $2.00, data events $0.10", () => {
    const perDay = 100_000 / (730 / 24) / 20;
    const { lines } = estimateOf({
      deployment: { trail: { allowSecondTrail: true, dataEvents: { lambda: true, s3: true } } },
      said: { eventsPerAccount: perDay, lambdaEventsPerDay: perDay * 20, objectEventsPerDay: perDay * 40 },
    });
    expect(usdOf(lineOf(lines, "second copy of management events"))).toBeCloseTo(2, 6);
    expect(usdOf(lineOf(lines, "data events: invocations of functions"))).toBeCloseTo(0.1, 6);
    expect(usdOf(lineOf(lines, "data events: reads and writes of objects in S3"))).toBeCloseTo(0.2, 6);
  });

  /** AWS's own example: 300,000 events of which 30,000 write, both types: 330,000 analysed. */
  test("Insights analyses what changes something twice", () => {
    const { lines } = estimateOf({
      deployment: { trail: { insights: true } },
      said: { eventsPerAccount: 300_000 / (730 / 24) / 20 },
    });
    const line = lineOf(lines, "Insights");
    expect(line.amount?.low).toBeCloseTo(330_000, 3);
    expect(usdOf(line)).toBeCloseTo(1.155, 6);
  });

  test("a month's records of 1,712 bytes are taken in at $0.50 a GiB", () => {
    const { lines } = estimateOf({ said: { accounts: 100 } });
    const gib = (100 * 20_000 * (730 / 24) * 1712) / 2 ** 30;
    expect(usdOf(lineOf(lines, "the trail's log group, taken in"))).toBeCloseTo(gib * 0.5, 3);
  });

  test("extended support counts masters too: 3 xlarge and 3 large are 36 an hour", () => {
    const deployment = { size: "medium", opensearchVersion: "OPENSEARCH_2_9" };
    const result = estimateOf({ deployment });
    expect(usdOf(lineOf(result.lines, "extended support of OPENSEARCH_2_9"))).toBeCloseTo(36 * 730 * 0.0065, 6);
    expect(result.warnings.join()).toContain("OPENSEARCH_2_9 has been out of AWS's standard support");
    expect(result.options.map(({ setting }) => setting)).not.toContain("deployment.opensearchVersion");
  });

  test("two shards and their longer retention", () => {
    const { lines } = estimateOf({ deployment: { kinesis: { enabled: true, shards: 2 } } });
    expect(usdOf(lineOf(lines, "shards"))).toBeCloseTo(2 * 730 * 0.015, 6);
    expect(usdOf(lineOf(lines, "kept for 72 hours"))).toBeCloseTo(2 * 730 * 0.02, 6);
    const day = estimateOf({ deployment: { kinesis: { enabled: true, shards: 2, retentionHours: 24 } } });
    expect(day.lines.some(({ what }) => what.startsWith("kept for"))).toBe(false);
  });
});

describe("what is brought along is not paid again", () => {
  test("a trail's log group", () => {
    const { lines, services } = estimateOf({ deployment: LOG_GROUP });
    expect(lines.some(({ what }) => what.startsWith("the trail's"))).toBe(false);
    expect(services.find(({ service }) => service === "CloudTrail")?.perMonth).toEqual({ low: 0n, high: 0n });
  });

  test("a trail's bucket, which is read through a queue", () => {
    const { lines } = estimateOf({ deployment: BUCKET });
    expect(lines.some(({ what }) => what.startsWith("the trail's"))).toBe(false);
    expect(lineOf(lines, "the queue of files").amount?.low).toBeGreaterThan(600_000);
  });

  test("a domain, and the people who look into it", () => {
    const { services } = estimateOf({ deployment: DOMAIN });
    expect(services.find(({ service }) => service === "OpenSearch Service")?.perMonth.high).toBe(0n);
    expect(services.some(({ service }) => service === "Cognito")).toBe(false);
  });
});

test("what nobody knows is not in the sum, and named", () => {
  const known = estimateOf();
  const { total, unknown } = estimateOf({ deployment: { trail: { dataEvents: { lambda: true } } } });
  expect(total).toEqual(known.total);
  expect(unknown.map(({ what }) => what)).toEqual(["data events: invocations of functions"]);
  expect(unknown[0]?.why.join()).toContain("--lambda-events-per-day");
  expect(unknown[0]?.price?.low).toBe(0.000001);
});

test("a node type without a known price leaves the sum incomplete, with the reason", () => {
  const { unknown } = estimateOf({ deployment: { overrides: { dataNodeType: "x9z.huge.search" } } });
  expect(unknown).toMatchObject([
    { what: "data nodes", price: null, why: ["no list price is known for x9z.huge.search"] },
  ]);
});

test("what is off is estimated beside the sum", () => {
  const { options, lines } = estimateOf();
  expect(options.map(({ setting }) => setting)).toEqual([
    "deployment.trail.allowSecondTrail",
    "deployment.trail.dataEvents.lambda",
    "deployment.trail.dataEvents.s3",
    "deployment.trail.insights",
    "deployment.kinesis.enabled",
    "deployment.opensearchVersion",
  ]);
  for (const { what } of options.flatMap((option) => option.lines)) {
    expect(lines.some((line) => line.what === what)).toBe(false);
  }
});

test("a trail that exists is changed elsewhere, and its log group's intake is part of what that costs", () => {
  const there = estimateOf({ deployment: LOG_GROUP }).options;
  expect(there.map(({ setting }) => setting)).not.toContainEqual(expect.stringContaining("deployment.trail"));
  expect(there[1]?.lines.map(({ service }) => service)).toEqual(["CloudTrail", "CloudWatch Logs"]);
  const files = estimateOf({ deployment: BUCKET }).options;
  expect(files[1]?.lines.map(({ service }) => service)).toEqual(["CloudTrail"]);
  expect(files.map(({ setting }) => setting)).not.toContain("deployment.kinesis.enabled");
});

test("disks that will not do are said, with what would", () => {
  const wanted = { said: { eventsPerAccount: 200_000 } };
  const { warnings } = estimateOf(wanted);
  const storageGiB = Number(/storageGiB to ([\d,]+)/.exec(warnings.join())?.[1]?.replace(",", ""));
  const enough = { deployment: { overrides: { storageGiB } }, ...wanted };
  expect(estimateOf(enough).warnings).toEqual([]);
  const { needed, there } = storageNeed(planOf(enough));
  expect(needed).toBeLessThanOrEqual(there);
  expect(
    storageNeed(planOf({ deployment: { overrides: { storageGiB: storageGiB - 2 } }, ...wanted })).needed,
  ).toBeGreaterThan(there - 6);
  expect(estimateOf({ ...wanted, opensearch: { eventDays: 5, rollupDays: 30 } }).warnings).toEqual([]);
});

test("there are no more files of a trail than events", () => {
  const perMonth = 20 * 10 * (730 / 24);
  const files = lineOf(
    estimateOf({ deployment: BUCKET, said: { eventsPerAccount: 10 } }).lines,
    "files of the trail, read",
  );
  expect(files.amount?.high).toBeCloseTo(perMonth, 6);
});

test("more accounts than the size is meant for are said", () => {
  expect(estimateOf({ said: { accounts: 41 } }).warnings).toContainEqual(expect.stringContaining("Size small"));
  expect(estimateOf({ said: { accounts: 40 } }).warnings).toEqual([]);
});

test("a VPC may need gateways, as many as it has zones", () => {
  const vpc = {
    vpcId: "vpc-0a1b2c3d",
    availabilityZones: ["us-east-1a", "us-east-1b"],
    privateSubnetIds: ["subnet-0a1b2c3d", "subnet-1a1b2c3d"],
  };
  const line = lineOf(estimateOf({ deployment: { vpc } }).lines, "way to AWS's services");
  expect(line.perMonth?.low).toBe(0n);
  expect(Number(line.perMonth?.high) / 1e9).toBeCloseTo(2 * 730 * 0.045, 6);
});

test("Cost Explorer is bounded, and not asked where cost is off", () => {
  const most = lineOf(estimateOf().lines, "what an account was billed");
  expect(Number(most.perMonth?.high) / 1e9).toBeCloseTo(5, 9);
  const off = estimateOf({ deployment: { environment: { ENABLE_COST_ANALYSIS: false } } });
  expect(usdOf(lineOf(off.lines, "what an account was billed"))).toBe(0);
});

test("people who sign in are paid for one by one", () => {
  expect(usdOf(lineOf(estimateOf({ people: 50 }).lines, "people who sign in to the dashboards"))).toBeCloseTo(1, 9);
});

describe("for any volume and region", () => {
  const wanted = fc.record({
    region: fc.constantFrom("us-east-1", "eu-central-1", "ap-south-1", "us-gov-west-1", "xx-nowhere-1"),
    deployment: fc.constantFrom({}, LOG_GROUP, BUCKET, DOMAIN, { kinesis: { enabled: true } }, { size: "large" }),
    said: fc.record({
      accounts: fc.integer({ min: 1, max: 5000 }),
      eventsPerAccount: fc.integer({ min: 1, max: 1_000_000 }),
      regionsPerAccount: fc.integer({ min: 1, max: 30 }),
    }),
  });

  test("lines, services and sum agree, and no line is a range the wrong way round", () => {
    fc.assert(
      fc.property(wanted, (one) => {
        const { lines, services, total, unknown } = estimateOf(one);
        expect(unknown).toEqual([]);
        const sum = (of: readonly { perMonth: { low: bigint; high: bigint } | null }[], end: "low" | "high"): bigint =>
          of.reduce((all, { perMonth }) => all + (perMonth?.[end] ?? 0n), 0n);
        for (const end of ["low", "high"] as const) {
          expect(sum(lines, end)).toBe(total[end]);
          expect(sum(services, end)).toBe(total[end]);
        }
        for (const { perMonth, amount, price, what } of lines) {
          expect({ what, fits: perMonth !== null && perMonth.low >= 0n && perMonth.low <= perMonth.high }).toEqual({
            what,
            fits: true,
          });
          if (amount) expect(amount.low).toBeLessThanOrEqual(amount.high);
          if (price) expect(price.source).not.toBe("");
        }
      }),
      { numRuns: 60 },
    );
  });

  test("twice the accounts cost no less", () => {
    fc.assert(
      fc.property(wanted, (one) => {
        const twice = { ...one, said: { ...one.said, accounts: one.said.accounts * 2 } };
        const [less, more] = [estimateOf(one).total, estimateOf(twice).total];
        expect(more.low >= less.low && more.high >= less.high).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe("a measured volume", () => {
  const MEASURED = {
    days: 10,
    accounts: 5,
    entities: 12,
    managementEvents: 100_000,
    writeEvents: 20_000,
    lambdaEvents: 0,
    objectEvents: 50_000,
    bytesPerEvent: 1500,
  };

  test("is taken as it is", () => {
    const volume = measuredVolume(MEASURED, {});
    expect(volume).toMatchObject({
      accounts: 5,
      entities: 12,
      managementEventsPerDay: 10_000,
      writeShare: 0.2,
      lambdaEventsPerDay: null,
      objectEventsPerDay: 5000,
      bytesPerEvent: 1500,
    });
  });

  test("is carried over to more accounts, and gives way to what somebody says", () => {
    expect(measuredVolume(MEASURED, { accounts: 20 })).toMatchObject({ entities: 48, managementEventsPerDay: 40_000 });
    const said = measuredVolume(MEASURED, {
      accounts: 20,
      eventsPerAccount: 7,
      regionsPerAccount: 2,
      lambdaEventsPerDay: 9,
    });
    expect(said).toMatchObject({ entities: 40, managementEventsPerDay: 140, lambdaEventsPerDay: 9 });
    expect(said.basis.join("; ")).toMatch(/carried over to 20 accounts.*7 management events.*as given/);
  });

  test("of less than a week says so", () => {
    expect(measuredVolume({ ...MEASURED, days: 2 }, {}).basis.join()).toContain("less than a week");
    expect(measuredVolume({ ...MEASURED, days: 6.99 }, {}).basis.join()).not.toContain("less than a week");
  });
});
