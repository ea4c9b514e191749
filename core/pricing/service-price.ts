import listPrices from "./data/list-prices.json" with { type: "json" };
import opensearch from "./data/opensearch.json" with { type: "json" };
import servicePrices from "./data/service-prices.json" with { type: "json" };
import { searchInstancePrice } from "./databases.ts";
import { inRegion, listed, type RegionalPriceName, regionalPrice } from "./regions.ts";
import { isPriced, type Priced, type UnitPrice } from "./unit-price.ts";

/** A list price that names where it is from. */
export interface ListPrice extends UnitPrice {
  /** What is paid for, in words: `a GiB taken in by CloudWatch Logs`. */
  readonly unit: string;
  /** Whose price it is: a region, or `every region`; that of another region than the asked one was carried over. */
  readonly listedIn: string;
  /** Address of the page that has the price, or the extract of the price list that it was taken from. */
  readonly source: string;
  /** Date at which it was the list price: a month, or a day. */
  readonly asOf: string;
}

export type KnownPrice = ListPrice | { readonly unpriced: string };

export type ServicePriceName = keyof typeof servicePrices.prices;

interface DatedPrice {
  readonly price: number;
  readonly asOf: string;
}

const HOME = "us-east-1";

/** China's regions and those of the government have prices of their own, whatever is the same everywhere else. */
const isApart = (region: string): boolean => /^(?:cn|us-gov)-/.test(region);

/**
 * The list price of one unit of a service that a deployment runs on: exact where the region's is known, else a range from
 * us-east-1's (see `inRegion`), which the basis says.
 */
export function servicePrice(name: ServicePriceName, region: string): KnownPrice {
  const { unit, source, prices } = servicePrices.prices[name];
  const known: Readonly<Record<string, DatedPrice>> = prices;
  const exact = Object.hasOwn(known, region) ? known[region] : undefined;
  if (exact) {
    const price = listed(exact.price, `${unit} in ${region}`, exact.asOf);
    return named(price, { unit, listedIn: region, source, asOf: exact.asOf });
  }
  const { everywhere } = known;
  if (everywhere) {
    const price = listed(everywhere.price, `${unit} in every region`, everywhere.asOf);
    const about = { unit, listedIn: "every region", source, asOf: everywhere.asOf };
    return named(isApart(region) ? inRegion(price, region) : price, about);
  }
  const home = known[HOME];
  if (!home) return { unpriced: `no list price is known for ${unit}` };
  const price = inRegion(listed(home.price, `${unit} in ${HOME}`, home.asOf), region);
  return named(price, { unit, listedIn: HOME, source, asOf: home.asOf });
}

/** The same of a price that the price book has for incidents too. */
export function bookPrice(name: RegionalPriceName, region: string, unit: string): KnownPrice {
  const { source } = listPrices.regional[name];
  return ofRegion(regionalPrice(name, region, unit), region, { unit, source, asOf: listPrices.asOf });
}

/** An hour of a node of OpenSearch Service. @param type `m7g.large.search` */
export function searchNodeHourPrice(type: string, region: string): KnownPrice {
  const { source, asOf } = opensearch;
  return ofRegion(searchInstancePrice(type, region), region, { unit: `an hour of a ${type}`, source, asOf });
}

type About = Pick<ListPrice, "unit" | "listedIn" | "source" | "asOf">;

/** A price whose basis says with a clause of its own that it was carried over. */
const ofRegion = (price: Priced, region: string, about: Omit<About, "listedIn">): KnownPrice =>
  named(price, { ...about, listedIn: isPriced(price) && price.basis.length === 1 ? region : HOME });

function named(price: Priced, about: About): KnownPrice {
  if (isPriced(price)) return { ...price, ...about };
  return { unpriced: price?.unpriced ?? `no list price is known for ${about.unit}` };
}
