import { expect, test } from "@jest/globals";
import type { Quantity } from "#core/domain/usage-event.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { quantity, usd } from "./quantities.ts";

/**
 * Each case was worked by hand from the list price that AWS publishes for that very region and kind; the book must
 * contain the figure, in a range no wider than what it does not know accounts for.
 */
interface Case {
  readonly what: string;
  readonly region: string;
  readonly quantities: readonly Quantity[];
  /** USD an hour, or USD once. */
  readonly right: number;
  /** Highest over lowest that is justified, and why. */
  readonly width: number;
  readonly why: string;
}

const CASES: readonly Case[] = [
  {
    what: "3 p3.16xlarge in us-east-1: 3 x 24.48 = 73.44",
    region: "us-east-1",
    quantities: [quantity("instances", 3, "p3.16xlarge", { purchase: "on-demand" })],
    right: 73.44,
    width: 1,
    why: "price known",
  },
  {
    what: "47 c5.xlarge in eu-west-1: 47 x 0.192 = 9.024",
    region: "eu-west-1",
    quantities: [quantity("instances", 47, "c5.xlarge", { purchase: "on-demand" })],
    right: 9.024,
    width: 1.19,
    why: "the region's price span (1.07 to 1.14) and five per cent each way",
  },
  {
    what: "2 g5.12xlarge in eu-central-1: 2 x 7.09 = 14.18",
    region: "eu-central-1",
    quantities: [quantity("instances", 2, "g5.12xlarge", { purchase: "on-demand" })],
    right: 14.18,
    width: 1.19,
    why: "the region's price span (1.14 to 1.21) and five per cent each way",
  },
  {
    what: "1 m5.large with Windows in us-east-1: 0.188",
    region: "us-east-1",
    quantities: [quantity("instances", 1, "m5.large", { attributes: { operatingSystem: "windows" } })],
    right: 0.188,
    width: 2.05,
    why: "the licence is 10 % of the largest and 125 % of the smallest types",
  },
  {
    // AWS's own example for gp3: 2,000 GB, 10,000 IOPS, 500 MB/s.
    // 2,000 x 0.08 = 160; (10,000 - 3,000) x 0.005 = 35; (500 - 125) x 0.04 = 15; together 210 a month; / 730
    what: "a gp3 volume of 2,000 GiB with 10,000 IOPS and 500 MiB/s in us-east-1",
    region: "us-east-1",
    quantities: [
      quantity("volumes", 1, "gp3", { attributes: { gib: 2_000, iops: 10_000, throughputMiBps: 500 } }),
      quantity("volume-gib", 2_000, "gp3", { attributes: { volumes: 1, iops: 10_000, throughputMiBps: 500 } }),
    ],
    right: 210 / 730,
    width: 1.0001,
    why: "price known",
  },
  {
    // 1,000 x 0.125 = 125; 32,000 x 0.065 = 2,080; 32,000 x 0.0455 = 1,456; 6,000 x 0.03185 = 191.10; together 3,852.10
    what: "an io2 volume of 1,000 GiB with 70,000 IOPS in us-east-1",
    region: "us-east-1",
    quantities: [quantity("volume-gib", 1_000, "io2", { attributes: { volumes: 1, iops: 70_000 } })],
    right: 3852.1 / 730,
    width: 1.0001,
    why: "price known",
  },
  {
    // AWS's own example: 3 M requests, 120 ms, 1,536 MB: 3 x 0.20 = 0.60; 540,000 GB-s x 0.0000166667 = 9.00
    what: "3,000,000 function invocations in us-east-1",
    region: "us-east-1",
    quantities: [quantity("function-invocations", 3_000_000, "resize")],
    right: 9.6,
    width: 85,
    why: "duration and memory are not logged: from the request alone to one second at 1 GiB",
  },
  {
    what: "4 NAT gateways in eu-west-1: 4 x 0.048 = 0.192",
    region: "eu-west-1",
    quantities: [quantity("nat-gateways", 4, null)],
    right: 0.192,
    width: 1,
    why: "price known",
  },
  {
    // 2 x 1.00 an hour, and 500 x 0.23 / 730
    what: "a db.r5.2xlarge PostgreSQL, Multi-AZ, 500 GiB gp2, in us-east-1",
    region: "us-east-1",
    quantities: [
      quantity("db-instances", 1, "db.r5.2xlarge", { attributes: { engine: "postgres", multiAz: true } }),
      quantity("db-gib", 500, "gp2", { attributes: { engine: "postgres", multiAz: true } }),
    ],
    right: 2 + (500 * 0.23) / 730,
    width: 1.0001,
    why: "price known",
  },
  {
    // one capacity unit of load: 0.0225 + 0.008
    what: "an application load balancer in us-east-1 under light load",
    region: "us-east-1",
    quantities: [quantity("load-balancers", 1, "application")],
    right: 0.0225 + 0.5 * 0.008,
    width: 1.36,
    why: "none to one capacity unit of load",
  },
  {
    what: "3 cache.m6g.2xlarge, Redis, in eu-west-1: 3 x 0.654 = 1.962",
    region: "eu-west-1",
    quantities: [quantity("cache-nodes", 3, "cache.m6g.2xlarge", { attributes: { engine: "redis" } })],
    right: 1.962,
    width: 1,
    why: "price known",
  },
  {
    what: "an ml.g6.12xlarge endpoint in us-east-1: 5.752",
    region: "us-east-1",
    quantities: [quantity("ml-instances", 1, "ml.g6.12xlarge")],
    right: 5.752,
    width: 1.22,
    why: "not listed: SageMaker's span over EC2",
  },
  {
    // 10 x (1 x 0.04048 + 2 x 0.004445)
    what: "10 Fargate tasks of 1 vCPU and 2 GB in us-east-1",
    region: "us-east-1",
    quantities: [quantity("container-tasks", 10, "FARGATE", { attributes: { cpuUnits: 1024, memoryMiB: 2048 } })],
    right: 0.4937,
    width: 1.26,
    why: "ARM or x86",
  },
  {
    // 1,000 x (1 x 0.003 + 0.2 x 0.015) = 6.00
    what: "1,000 calls of Claude 3 Sonnet with 1,000 tokens in and 200 out",
    region: "us-east-1",
    quantities: [quantity("model-invocations", 1_000, "anthropic.claude-3-sonnet-20240229-v1:0")],
    right: 6,
    width: 27,
    why: "tokens are not logged: 250 in and 50 out to 8,000 in and 1,000 out",
  },
  {
    what: "a db.m7g.large MySQL in us-east-1: 0.168",
    region: "us-east-1",
    quantities: [quantity("db-instances", 1, "db.m7g.large", { attributes: { engine: "mysql" } })],
    right: 0.168,
    width: 1.61,
    why: "not listed: the span of listed classes over EC2",
  },
];

const book = createPriceBook();

test.each(CASES)("$what", ({ region, quantities, right, width }) => {
  const priced = quantities.map((one) => book.price(one, region)).filter((estimate) => estimate !== null);
  const ranges = priced.map(usd);
  const low = ranges.reduce((sum, range) => sum + range.low, 0);
  const high = ranges.reduce((sum, range) => sum + range.high, 0);
  expect(low).toBeLessThanOrEqual(right + 1e-6);
  expect(high).toBeGreaterThanOrEqual(right - 1e-6);
  expect(high / low).toBeLessThanOrEqual(width);
});
