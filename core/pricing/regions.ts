import listPrices from "./data/list-prices.json" with { type: "json" };
import regionRatios from "./data/region-ratios.json" with { type: "json" };
import { decimal, type Priced, type UnitPrice } from "./unit-price.ts";

const HOME = "us-east-1";
const ratios = regionRatios.ratios as unknown as Readonly<Record<string, readonly [number, number]>>;
const margin = listPrices.assumed.otherServiceMargin;

const everyRatio = Object.values(ratios);
const widest: readonly [number, number] = [
  Math.min(...everyRatio.map(([low]) => low)),
  Math.max(...everyRatio.map(([, high]) => high)),
];

/**
 * A us-east-1 price carried to another region: the span of that region's prices over us-east-1's as known for another
 * service (OpenSearch node types), five per cent wider each way because it is another service. A region without known
 * prices gets the span of all regions. China bills in another currency and is not priced.
 */
export function inRegion(home: UnitPrice, region: string): Priced {
  if (region === HOME) return home;
  if (region.startsWith("cn-")) return { unpriced: "China's regions bill in another currency; no price is known here" };
  const own = Object.hasOwn(ratios, region) ? ratios[region] : undefined;
  const [low, high] = own ?? widest;
  const factors = [low * (1 - margin), high * (1 + margin)] as const;
  const span = `${factors[0].toFixed(2)} to ${factors[1].toFixed(2)} times us-east-1`;
  const why = own
    ? `${region} taken as ${span}, the span of OpenSearch node prices there and ${margin * 100} % more`
    : `no price is known for this region: taken as ${span}, the span of all regions`;
  return { low: home.low * factors[0], high: home.high * factors[1], basis: [...home.basis, why] };
}

type RegionalPrices = Readonly<Record<string, number | string>>;
export type RegionalPriceName = keyof typeof listPrices.regional;

/** A hand-entered list price: exact where the region is listed, else {@link inRegion}. `unit` completes "0.045 USD ...". */
export function regionalPrice(name: RegionalPriceName, region: string, unit: string): Priced {
  const entry: RegionalPrices = listPrices.regional[name];
  const exact = Object.hasOwn(entry, region) ? entry[region] : undefined;
  if (typeof exact === "number") return listed(exact, `${unit} in ${region}`, listPrices.asOf);
  const home = entry[HOME];
  if (typeof home !== "number") return { unpriced: `no list price is known for ${unit}` };
  return inRegion(listed(home, `${unit} in ${HOME}`, listPrices.asOf), region);
}

/** One published price. */
export const listed = (usd: number, unit: string, asOf: string): UnitPrice => ({
  low: usd,
  high: usd,
  basis: [`${decimal(usd)} USD ${unit} (list price of ${asOf})`],
});
