import type { Quantity } from "../domain/usage-event.ts";
import elasticache from "./data/elasticache.json" with { type: "json" };
import listPrices from "./data/list-prices.json" with { type: "json" };
import opensearch from "./data/opensearch.json" with { type: "json" };
import { ec2Home, overEc2 } from "./instances.ts";
import { inRegion, listed, regionalPrice } from "./regions.ts";
import { decimal, isPriced, nameInText, oneOf, type Priced, times } from "./unit-price.ts";

type Matrix = {
  readonly regions: readonly string[];
  readonly prices: Readonly<Record<string, readonly (number | null)[]>>;
};
const searchPrices = opensearch as unknown as Matrix;
const cachePrices = elasticache as unknown as Matrix;

/** Exact for the region where known, else carried over from us-east-1. */
function fromMatrix(matrix: Matrix, key: string, what: string, region: string, asOf: string): Priced {
  const row = Object.hasOwn(matrix.prices, key) ? matrix.prices[key] : undefined;
  if (!row) return { unpriced: `no list price is known for ${what}` };
  const exact = row[matrix.regions.indexOf(region)];
  if (typeof exact === "number") return listed(exact, `an hour for one ${what} in ${region}`, asOf);
  const home = row[matrix.regions.indexOf("us-east-1")];
  if (typeof home !== "number") return { unpriced: `no list price is known for ${what} in ${nameInText(region)}` };
  return inRegion(listed(home, `an hour for one ${what} in us-east-1`, asOf), region);
}

export function searchNodePrice({ item }: Quantity, region: string): Priced {
  if (item === null) return { unpriced: "the record does not say which node type" };
  return searchInstancePrice(item.replace(/\.elasticsearch$/, ".search"), region);
}

/** @param type `m7g.large.search` */
export const searchInstancePrice = (type: string, region: string): Priced =>
  fromMatrix(searchPrices, type, nameInText(type), region, opensearch.asOf);

const CACHE_ENGINES = ["redis", "valkey", "memcached"];

/** Reads `engine`; without it the range spans the engines. */
export function cacheNodePrice({ item, attributes }: Quantity, region: string): Priced {
  if (item === null) return { unpriced: "the record does not say which node type" };
  const logged = attributes["engine"];
  const engines = CACHE_ENGINES.filter((engine) => engine === logged);
  const candidates = (engines.length > 0 ? engines : CACHE_ENGINES).map((engine) =>
    fromMatrix(cachePrices, `${item} ${engine}`, `${nameInText(item)} (${engine})`, region, elasticache.asOf),
  );
  const known = candidates.filter(isPriced);
  if (known.length === 0) return { unpriced: `no list price is known for node type ${nameInText(item)}` };
  return known.length === 1 ? (known[0] ?? null) : oneOf(known, "the record does not name the engine");
}

const redshift = new Map<string, number>(
  Object.entries(listPrices.redshiftNodeHour).flatMap(([type, usd]) => (typeof usd === "number" ? [[type, usd]] : [])),
);

export function warehouseNodePrice({ item }: Quantity, region: string): Priced {
  const usd = item === null ? undefined : redshift.get(item.toLowerCase());
  if (usd === undefined || item === null)
    return { unpriced: `no list price is known for Redshift node type ${nameInText(item)}` };
  return inRegion(
    listed(usd, `an hour for one ${item.toLowerCase()} node in us-east-1, without managed storage`, listPrices.asOf),
    region,
  );
}

type Engine = "mysql" | "postgres" | "aurora";

/** `null` for engines whose licence or price we do not know; all engines where the record names none. */
function engines(logged: string | number | boolean | undefined): readonly Engine[] | null {
  if (logged === undefined) return ["mysql", "postgres", "aurora"];
  const name = String(logged).toLowerCase();
  if (name.startsWith("aurora")) return ["aurora"];
  if (name.startsWith("postgres")) return ["postgres"];
  if (name === "mysql" || name === "mariadb") return ["mysql"];
  return null;
}

/** Capacity over `large`: every step up the ladder doubles, as do the prices. */
const SIZES: ReadonlyMap<string, number> = new Map([
  ["micro", 1 / 8],
  ["small", 1 / 4],
  ["medium", 1 / 2],
  ["large", 1],
  ["xlarge", 2],
  ["2xlarge", 4],
  ["4xlarge", 8],
  ["8xlarge", 16],
  ["12xlarge", 24],
  ["16xlarge", 32],
  ["24xlarge", 48],
]);

const rdsLarge = listPrices.rdsLargeHour as unknown as Readonly<
  Record<Engine, Readonly<Record<string, readonly [number, number]>>>
>;

/** Reads `engine`, `multiAz` and `cluster`; for `db.serverless` also `minCapacity` and `maxCapacity` in Aurora capacity units. */
export function databasePrice({ item, attributes }: Quantity, region: string): Priced {
  if (item === null) return { unpriced: "the record does not say which database class" };
  if (item === "db.serverless") return serverlessPrice(attributes, region);
  const candidates = engines(attributes["engine"]);
  if (!candidates) return { unpriced: "the price of this database engine, or of its licence, is not known here" };
  const known = candidates.map((engine) => classPrice(item, engine)).filter(isPriced);
  if (known.length === 0) return { unpriced: `no list price is known for database class ${nameInText(item)}` };
  const single = known.length === 1 && known[0] ? known[0] : oneOf(known, "the record does not name the engine");
  const isAurora = candidates.length === 1 && candidates[0] === "aurora";
  // the instances of a cluster are counted one by one
  const doubled = attributes["multiAz"] === true && attributes["cluster"] !== true && !isAurora;
  return inRegion(doubled ? times(single, 2, 2, "Multi-AZ: two instances") : single, region);
}

function classPrice(item: string, engine: Engine): Priced {
  const [, family = "", size = ""] = item.split(".");
  const large = Object.hasOwn(rdsLarge[engine], family) ? rdsLarge[engine][family] : undefined;
  const factor = SIZES.get(size);
  if (large && factor !== undefined) {
    const [low, high] = [large[0] * factor, large[1] * factor];
    const amount = low === high ? decimal(low) : `${decimal(low)} to ${decimal(high)}`;
    const basis = [
      `${amount} USD an hour for one ${item} (${engine}), Single-AZ, in us-east-1 (list price of ${listPrices.asOf})`,
    ];
    return { low, high, basis };
  }
  const home = ec2Home(item.replace(/^db\./, ""));
  if (!home) return { unpriced: `no list price is known for database class ${nameInText(item)}` };
  const [low, high] = engine === "aurora" ? overEc2.aurora : overEc2.rdsOpenSource;
  return times(home, low, high, `${engine} taken as ${low} to ${high} times EC2, the span over listed classes`);
}

function serverlessPrice(attributes: Quantity["attributes"], region: string): Priced {
  const { minCapacity, maxCapacity } = attributes;
  if (
    typeof minCapacity !== "number" ||
    typeof maxCapacity !== "number" ||
    minCapacity < 0 ||
    maxCapacity < minCapacity
  ) {
    return { unpriced: "a serverless database whose capacity the record does not say" };
  }
  const unit = regionalPrice("auroraCapacityUnitHour", region, "an hour for one Aurora capacity unit");
  if (!isPriced(unit)) return unit;
  return times(unit, minCapacity, maxCapacity, `${minCapacity} to ${maxCapacity} capacity units, as configured`);
}
