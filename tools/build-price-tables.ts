/**
 * Derives the machine-made tables of core/pricing/data from public extracts of the AWS price list:
 *
 *     node tools/build-price-tables.ts <folder>
 *
 * The folder holds ec2_ondemand_karpenter.json, opensearch_ondemand_regions.json, elasticache_ondemand_regions.json and
 * region_price_ratios.json. list-prices.json and service-prices.json in core/pricing/data are entered by hand and not
 * touched.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node tools/build-price-tables.ts <folder>");
  process.exit(2);
}

const input = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));

/** Each type on a line of its own, so that a new snapshot is reviewed as a diff. */
function output(name: string, head: Record<string, unknown>, field: string, rows: Record<string, unknown>) {
  const lines = Object.keys(rows)
    .sort()
    .map((key) => `  ${JSON.stringify(key)}: ${JSON.stringify(rows[key])}`);
  const top = Object.entries(head).map(([key, value]) => ` ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const text = `{\n${[...top, ` ${JSON.stringify(field)}: {\n${lines.join(",\n")}\n }`].join(",\n")}\n}\n`;
  writeFileSync(new URL(`../core/pricing/data/${name}`, import.meta.url), text);
}

type ByRegion = Record<string, number>;

/** Prices in the order of `regions`, `null` where the type is not offered. */
const row = (regions: readonly string[], prices: ByRegion) => regions.map((region) => prices[region] ?? null);

const regionsOf = (all: readonly ByRegion[]) => [...new Set(all.flatMap((prices) => Object.keys(prices)))].sort();

const ec2 = input("ec2_ondemand_karpenter.json");
output(
  "ec2.json",
  {
    source: ec2.source,
    licence: ec2.licence,
    asOf: ec2.generated_at.slice(0, 10),
    unit: ec2.unit,
    region: "us-east-1",
  },
  "prices",
  ec2.prices["us-east-1"],
);

const search = input("opensearch_ondemand_regions.json");
const searchTypes: [string, ByRegion][] = Object.entries<{ usdPerHour: ByRegion }>(search.instances).map(
  ([type, { usdPerHour }]) => [type, usdPerHour],
);
const searchRegions = regionsOf(searchTypes.map(([, prices]) => prices));
output(
  "opensearch.json",
  {
    source: search.source,
    licence: "Unlicense",
    asOf: "2025-05-01",
    unit: "USD/hour on demand",
    regions: searchRegions,
  },
  "prices",
  Object.fromEntries(searchTypes.map(([type, prices]) => [type, row(searchRegions, prices)])),
);

const cache = input("elasticache_ondemand_regions.json");
const cacheTypes: [string, ByRegion][] = Object.entries<Record<string, ByRegion>>(cache.instances).flatMap(
  ([type, engines]) =>
    Object.entries(engines).map(([engine, prices]): [string, ByRegion] => [`${type} ${engine.toLowerCase()}`, prices]),
);
const cacheRegions = regionsOf(cacheTypes.map(([, prices]) => prices));
output(
  "elasticache.json",
  { source: cache.source, licence: "Unlicense", asOf: "2025-05-01", unit: "USD/hour on demand", regions: cacheRegions },
  "prices",
  Object.fromEntries(cacheTypes.map(([key, prices]) => [key, row(cacheRegions, prices)])),
);

const ratios = input("region_price_ratios.json");
output(
  "region-ratios.json",
  {
    source: "computed from opensearch.json",
    what: "Lowest and highest price of a region over us-east-1 for the same OpenSearch node type",
    form: "region -> [lowest, highest]",
  },
  "ratios",
  Object.fromEntries(
    Object.entries<{ min: number; max: number }>(ratios.regions).map(([region, { min, max }]) => [region, [min, max]]),
  ),
);
