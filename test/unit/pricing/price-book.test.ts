import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { QUANTITY_KINDS } from "#core/domain/usage-event.ts";
import listPrices from "#core/pricing/data/list-prices.json" with { type: "json" };
import { createPriceBook } from "#core/pricing/price-book.ts";
import { eventWith, quantity, usd } from "./quantities.ts";

const book = createPriceBook();

describe("what is estimated", () => {
  test("only successful events", () => {
    const launch = [quantity("instances", 2, "m5.large")];
    expect(book.estimate(eventWith(launch))).toHaveLength(1);
    for (const outcome of ["denied", "failed", "throttled", "dry-run"] as const) {
      expect(book.estimate(eventWith(launch, { outcome }))).toEqual([]);
    }
  });

  test("an event without quantities allocates nothing", () => {
    expect(book.estimate(eventWith([]))).toBe(book.estimate(eventWith([])));
  });

  test("a launch whose answer is missing is unpriced, not free", () => {
    const [estimate] = book.estimate(eventWith([], { service: "ec2", action: "RunInstances" }));
    expect(estimate).toMatchObject({ kind: "unpriced", direction: "added" });
    expect(book.estimate(eventWith([], { service: "ec2", action: "RunInstances", outcome: "denied" }))).toEqual([]);
    expect(book.estimate(eventWith([], { service: "ec2", action: "DescribeInstances" }))).toEqual([]);
  });

  test("accelerated instances are not paid twice", () => {
    const estimates = book.estimate(
      eventWith([quantity("instances", 1, "p3.2xlarge"), quantity("accelerated-instances", 1, "p3.2xlarge")]),
    );
    expect(estimates.map((estimate) => usd(estimate).high)).toEqual([3.06]);
  });

  test("volumes launched together pay for the IOPS of each", () => {
    const attributes = { iops: 4000, throughputMiBps: 125 };
    const one = usd(
      book.price(quantity("volume-gib", 100, "gp3", { attributes: { ...attributes, volumes: 1 } }), "us-east-1"),
    );
    const ten = usd(
      book.price(quantity("volume-gib", 1000, "gp3", { attributes: { ...attributes, volumes: 10 } }), "us-east-1"),
    );
    // 100 x 0.08 + 1,000 x 0.005 = 13 a month
    expect(one.low * 730).toBeCloseTo(13, 4);
    expect(ten.low).toBeCloseTo(10 * one.low, 6);
  });

  test("calls of one's own endpoint and gateway endpoints cost nothing by themselves", () => {
    expect(
      book.price(quantity("model-invocations", 1, "churn", { attributes: { service: "sagemaker" } }), "us-east-1"),
    ).toBeNull();
    expect(book.price(quantity("vpc-endpoints", 1, "Gateway"), "us-east-1")).toBeNull();
  });

  test("what is freed has the price of what was added, as removed", () => {
    const added = book.price(quantity("instances", 5, "c5.large"), "us-east-1");
    const removed = book.price(quantity("instances", 5, "c5.large", { change: "removed" }), "us-east-1");
    expect(added).toMatchObject({ kind: "rate", direction: "added", lowPerHour: 425_000_000n });
    expect(removed).toMatchObject({ kind: "rate", direction: "removed", lowPerHour: 425_000_000n });
  });

  test("what is freed and known by id only is unpriced, not nothing", () => {
    for (const kind of ["instances", "volumes", "db-instances", "cache-nodes"] as const) {
      expect(book.price(quantity(kind, 1, null, { change: "removed" }), "eu-west-1")).toMatchObject({
        kind: "unpriced",
        direction: "removed",
      });
    }
  });

  test("ids whose making is not in the logs are said to be that", () => {
    const stopped = quantity("instances", 1, null, { change: "removed", resourceIds: ["i-0123456789abcdef0"] });
    expect(book.price(stopped, "eu-west-1")).toMatchObject({ reason: expect.stringContaining("ids only") });
  });

  test("requests are spent once, resources by the hour", () => {
    expect(book.price(quantity("object-writes", 1000, "logs"), "us-east-1")).toMatchObject({
      kind: "once",
      low: 5_000_000n,
      high: 5_000_000n,
    });
    expect(book.price(quantity("secrets-read", 10_000, null), "eu-north-1")).toMatchObject({ low: 50_000_000n });
    expect(book.price(quantity("nat-gateways", 1, null), "us-east-1")?.kind).toBe("rate");
  });
});

describe("unpriced, never zero", () => {
  test.each([
    ["instances", "x99.mega", {}],
    ["instances", null, {}],
    ["instances", "m5.large", { tenancy: "host" }],
    ["db-instances", "db.m5.large", { engine: "sqlserver-ee" }],
    ["db-instances", "db.serverless", { engine: "aurora-mysql" }],
    ["model-invocations", "somebody.new-model-v9", {}],
    ["container-tasks", "FARGATE", {}],
    ["warehouse-nodes", "constructor", {}],
    ["cache-nodes", "__proto__", {}],
    ["search-nodes", "hasOwnProperty", {}],
  ] as const)("%s %s %j", (kind, item, attributes) => {
    const estimate = book.price(quantity(kind, 1, item, { attributes }), "us-east-1");
    expect(estimate).toMatchObject({ kind: "unpriced", direction: "added" });
    expect(estimate).toHaveProperty("reason", expect.stringMatching(/.{20}/));
  });

  test("China's regions are not priced in dollars", () => {
    expect(book.price(quantity("instances", 1, "m5.large"), "cn-north-1")).toMatchObject({ kind: "unpriced" });
  });

  test("a name from a record does not reach the reason when it is not a plain name", () => {
    const estimate = book.price(quantity("instances", 1, "<img src=x onerror=alert(1)>"), "us-east-1");
    expect(JSON.stringify(estimate)).not.toContain("<");
  });
});

describe("ranges", () => {
  test("spot is at most on demand and at least a tenth of it, and says so", () => {
    const spot = book.price(quantity("instances", 10, "m5.large", { purchase: "spot" }), "us-east-1");
    expect(usd(spot)).toEqual({ low: 0.096, high: 0.96 });
    expect(spot).toHaveProperty("basis", expect.arrayContaining([expect.stringContaining("spot")]));
  });

  test("another region says what it is taken from", () => {
    const price = book.price(quantity("instances", 1, "m5.large"), "eu-west-1");
    expect(usd(price).low).toBeLessThan(0.107);
    expect(usd(price).high).toBeGreaterThan(0.107);
    expect(price).toHaveProperty("basis", expect.arrayContaining([expect.stringContaining("eu-west-1 taken as")]));
  });

  test("a region nobody knows spans all regions", () => {
    const { low, high } = usd(book.price(quantity("instances", 1, "m5.large"), "xx-new-1"));
    expect(low).toBeLessThan(0.0612);
    expect(high).toBeGreaterThan(0.153);
  });

  // list prices of EC2 as published for the region, to hold the region spans against
  test.each([
    ["m5.large", "eu-central-1", 0.115],
    ["m5.large", "sa-east-1", 0.153],
    ["m5.large", "ap-northeast-1", 0.124],
    ["m5.large", "af-south-1", 0.127],
    ["m5.large", "us-west-2", 0.096],
    ["t3.micro", "eu-north-1", 0.0108],
    ["t3.micro", "us-west-1", 0.0124],
    ["c5.large", "ap-south-1", 0.085],
    ["g4dn.xlarge", "eu-central-1", 0.658],
    ["g4dn.xlarge", "ap-northeast-1", 0.71],
    ["p3.2xlarge", "eu-west-1", 3.305],
  ])("%s in %s is within the range", (type, region, right) => {
    const { low, high } = usd(book.price(quantity("instances", 1, type), region));
    expect(low).toBeLessThanOrEqual(right);
    expect(high).toBeGreaterThanOrEqual(right);
  });

  test("listed database classes lie inside the span that other classes are given", () => {
    const { mysql, postgres, aurora } = listPrices.rdsLargeHour;
    const classes = [
      [mysql, listPrices.overEc2.rdsOpenSource],
      [postgres, listPrices.overEc2.rdsOpenSource],
      [aurora, listPrices.overEc2.aurora],
    ] as const;
    for (const [families, [low = 0, high = 0]] of classes) {
      for (const [family, prices] of Object.entries(families)) {
        const ec2 = usd(book.price(quantity("instances", 1, `${family}.large`), "us-east-1")).low;
        expect((prices[0] ?? 0) / ec2).toBeGreaterThanOrEqual(low - 0.04);
        expect((prices[1] ?? 0) / ec2).toBeLessThanOrEqual(high);
      }
    }
  });

  test("listed SageMaker types lie inside the span that other types are given", () => {
    const [low = 0, high = 0] = listPrices.overEc2.sagemaker;
    for (const [type, price] of Object.entries(listPrices.sagemakerHour)) {
      if (typeof price !== "number") continue;
      const ec2 = usd(book.price(quantity("instances", 1, type.slice(3)), "us-east-1")).low;
      expect({ type, ratio: price / ec2 }).toEqual({ type, ratio: expect.any(Number) });
      expect(price / ec2).toBeGreaterThanOrEqual(low - 0.01);
      expect(price / ec2).toBeLessThanOrEqual(high + 0.01);
    }
  });

  test("a model behind an inference profile or an ARN is the model", () => {
    const plain = book.price(quantity("model-invocations", 1, "anthropic.claude-3-haiku-20240307-v1:0"), "us-east-1");
    for (const id of [
      "us.anthropic.claude-3-haiku-20240307-v1:0",
      "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0",
    ]) {
      expect(book.price(quantity("model-invocations", 1, id), "us-east-1")).toEqual(plain);
    }
  });
});

test("every source is named with its date", () => {
  expect(book.asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
  for (const source of book.sources) expect(source).toMatch(/\d{4}-\d\d-\d\d/);
});

test("any quantity gets null, a reason or an ordered range with a basis", () => {
  const any = fc.record({
    kind: fc.constantFrom(...QUANTITY_KINDS),
    change: fc.constantFrom("added", "removed", "used"),
    amount: fc.double(),
    item: fc.option(
      fc.oneof(
        fc.string(),
        fc.constantFrom(
          "m5.large",
          "db.r5.large",
          "db.serverless",
          "ml.p4d.24xlarge",
          "gp3",
          "io2",
          "cache.t3.micro",
          "FARGATE",
          "anthropic.claude-v2",
        ),
      ),
    ),
    purchase: fc.constantFrom("on-demand", "spot", null),
    resourceIds: fc.constant([]),
    attributes: fc.dictionary(
      fc.constantFrom(
        "iops",
        "throughputMiBps",
        "engine",
        "multiAz",
        "cpuUnits",
        "memoryMiB",
        "minCapacity",
        "maxCapacity",
        "subnets",
        "volumes",
        "gib",
        "inputTokens",
        "outputTokens",
        "tenancy",
        "operatingSystem",
      ),
      fc.oneof(fc.string(), fc.double(), fc.boolean()),
    ),
  }) as fc.Arbitrary<ReturnType<typeof quantity>>;
  fc.assert(
    fc.property(any, fc.oneof(fc.string(), fc.constantFrom("us-east-1", "eu-west-1", "global")), (one, region) => {
      const estimate = book.price(one, region);
      if (estimate === null || estimate.kind === "unpriced") return;
      const { low, high } = usd(estimate);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeGreaterThanOrEqual(low);
      expect(estimate.basis.length).toBeGreaterThan(0);
    }),
    { numRuns: 10_000 },
  );
});
