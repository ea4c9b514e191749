import { describe, expect, test } from "@jest/globals";
import servicePrices from "#core/pricing/data/service-prices.json" with { type: "json" };
import {
  bookPrice,
  type KnownPrice,
  type ListPrice,
  type ServicePriceName,
  searchNodeHourPrice,
  servicePrice,
} from "#core/pricing/service-price.ts";

function priced(price: KnownPrice): ListPrice {
  if ("unpriced" in price) throw new Error(price.unpriced);
  return price;
}

const NAMES = Object.keys(servicePrices.prices) as ServicePriceName[];

describe("a list price of a service", () => {
  test("is the region's own where it is known", () => {
    const price = priced(servicePrice("logsIngestGib", "eu-central-1"));
    expect(price).toMatchObject({ low: 0.63, high: 0.63, listedIn: "eu-central-1", asOf: "2026-09-11" });
    expect(price.source).toBe("https://aws.amazon.com/cloudwatch/pricing/");
  });

  test("is a range from us-east-1 elsewhere, and says so", () => {
    const price = priced(servicePrice("logsIngestGib", "eu-west-1"));
    expect(price).toMatchObject({ listedIn: "us-east-1", asOf: "2026-06" });
    expect(price.low).toBeLessThan(price.high);
    expect(price.basis[1]).toContain("eu-west-1 taken as");
  });

  test("is the same in every region where AWS says so, but not in those apart", () => {
    expect(priced(servicePrice("metricMonth", "sa-east-1"))).toMatchObject({
      low: 0.3,
      high: 0.3,
      listedIn: "every region",
    });
    expect(priced(servicePrice("metricMonth", "us-gov-west-1")).high).toBeGreaterThan(0.3);
    expect(servicePrice("metricMonth", "cn-north-1")).toHaveProperty("unpriced");
  });

  test("of a region that nobody knows spans all regions, and says so", () => {
    const price = priced(servicePrice("s3StorageGibMonth", "xx-nowhere-9"));
    expect(price.high / price.low).toBeGreaterThan(3);
    expect(price.basis[1]).toContain("no price is known for this region");
  });

  test.each(NAMES)("%s has a page and a date, and no price below nothing", (name) => {
    const { source, prices, unit } = servicePrices.prices[name];
    expect(source).toMatch(/^https:\/\/aws\.amazon\.com\/[\w/-]+\/$/);
    expect(unit).not.toBe("");
    for (const { price, asOf } of Object.values(prices)) {
      expect(price).toBeGreaterThan(0);
      expect(asOf).toMatch(/^20\d\d-\d\d(-\d\d)?$/);
    }
    expect(Object.keys(prices)).toContainEqual(expect.stringMatching(/^(everywhere|us-east-1)$/));
  });

  test.each(NAMES.filter((name) => "eu-central-1" in servicePrices.prices[name].prices))(
    "%s of eu-central-1 lies in the range that us-east-1's would be carried to",
    (name) => {
      const own = priced(servicePrice(name, "eu-central-1")).low;
      const home = priced(servicePrice(name, "us-east-1")).low;
      // 1.135 to 1.211 times for nodes; Lambda costs the same.
      if (name === "lambdaArmGibSecond") expect(own).toBe(home);
      else expect(own / home).toBeGreaterThan(1.135 * 0.95 - 0.001);
      expect(own / home).toBeLessThan(1.211 * 1.05);
    },
  );
});

/** AWS's own example: one m7g.medium.search (2 normalized hours an hour) for 24 hours costs $0.312 beside its price. */
test("extended support is priced as in AWS's example, and as it was billed in Singapore", () => {
  const price = priced(servicePrice("searchExtendedSupportHour", "us-east-1"));
  expect(price.low * 24 * 2).toBeCloseTo(0.312, 10);
  // A bill of a week: $350.46 of m5.xlarge at $0.354, and $61.78 of extended support at 8 an hour.
  const billed = 61.78 / ((350.46 / 0.354) * 8);
  const carried = priced(servicePrice("searchExtendedSupportHour", "ap-southeast-1"));
  expect(carried.low).toBeLessThanOrEqual(billed);
  expect(carried.high).toBeGreaterThanOrEqual(billed);
});

test("nodes and what incidents are priced with too say where their price is from", () => {
  expect(priced(searchNodeHourPrice("m7g.large.search", "eu-west-1"))).toMatchObject({
    low: 0.151,
    listedIn: "eu-west-1",
    asOf: "2025-05-01",
  });
  expect(searchNodeHourPrice("x9z.huge.search", "eu-west-1")).toEqual({
    unpriced: "no list price is known for x9z.huge.search",
  });
  expect(priced(bookPrice("natGatewayHour", "eu-west-1", "an hour"))).toMatchObject({
    low: 0.048,
    listedIn: "eu-west-1",
  });
  expect(priced(bookPrice("natGatewayHour", "eu-north-1", "an hour"))).toMatchObject({ listedIn: "us-east-1" });
});
