import type { Quantity } from "../domain/usage-event.ts";
import listPrices from "./data/list-prices.json" with { type: "json" };
import { type RegionalPriceName, regionalPrice } from "./regions.ts";
import { isPriced, nameInText, oneOf, type Priced, plus, times, type UnitPrice } from "./unit-price.ts";

const HOURS = listPrices.hoursPerMonth;
const monthly = `a month is ${HOURS} hours`;

const EBS_CAPACITY: ReadonlyMap<string, RegionalPriceName> = new Map([
  ["gp2", "ebsGp2GibMonth"],
  ["gp3", "ebsGp3GibMonth"],
  ["io1", "ebsIo1GibMonth"],
  ["io2", "ebsIo2GibMonth"],
  ["st1", "ebsSt1GibMonth"],
  ["sc1", "ebsSc1GibMonth"],
  ["standard", "ebsStandardGibMonth"],
]);

/** Its storage is priced as `volume-gib`; a volume alone has no price where its size is not known. */
export function volumePrice({ change, attributes, item }: Quantity): Priced {
  if (typeof attributes["gib"] === "number") return null;
  if (change === "removed" && item === null) return { unpriced: "what was freed is known by id only" };
  return { unpriced: "the record does not say the volume's size" };
}

/**
 * One GiB of EBS volumes, an hour, with its share of the IOPS and throughput beyond what capacity includes.
 * Reads `iops` and `throughputMiBps` of each of `volumes` volumes.
 */
export function volumeGibPrice(quantity: Quantity, region: string): Priced {
  const { item, amount, attributes } = quantity;
  if (item === null) {
    const general = (["gp2", "gp3"] as const).map((type) => capacity(EBS_CAPACITY, type, region)).filter(isPriced);
    return general.length === 0
      ? { unpriced: "no list price is known for volumes in this region" }
      : oneOf(general, "the record does not name the volume type: gp2 or gp3 assumed");
  }
  const storage = capacity(EBS_CAPACITY, item, region);
  if (!isPriced(storage)) return storage;
  const parts = performance(item, positive(attributes["iops"]), positive(attributes["throughputMiBps"]), region);
  const priced = parts.filter(isPriced);
  if (priced.length < parts.length) return { unpriced: `no list price is known for the IOPS of ${nameInText(item)}` };
  const share = (positive(attributes["volumes"]) || 1) / amount / HOURS;
  return priced.map((part) => times(part, share, share)).reduce(plus, storage);
}

function capacity(names: ReadonlyMap<string, RegionalPriceName>, type: string, region: string): Priced {
  const name = names.get(type);
  if (!name) return { unpriced: `no list price is known for storage type ${nameInText(type)}` };
  const price = regionalPrice(name, region, `a GiB and month of ${type}`);
  return isPriced(price) ? times(price, 1 / HOURS, 1 / HOURS, monthly) : price;
}

/** gp3 includes 3,000 IOPS and 125 MiB/s. https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html */
const GP3_INCLUDED = { iops: 3000, mibps: 125 };

/** What one volume pays a month for IOPS and throughput. */
function performance(type: string, iops: number, mibps: number, region: string): readonly Priced[] {
  const part = (name: RegionalPriceName, amount: number, unit: string) => {
    const price = amount > 0 ? regionalPrice(name, region, `a month for one ${unit}`) : null;
    return isPriced(price) ? times(price, amount, amount, `${amount} ${unit}`) : price;
  };
  const io2 = (name: RegionalPriceName, from: number, to: number) =>
    part(name, Math.min(Math.max(iops - from, 0), to - from), `provisioned IOPS of io2 above ${from}`);
  const all: readonly Priced[] =
    type === "gp3"
      ? [
          part("ebsGp3IopsMonth", iops - GP3_INCLUDED.iops, "IOPS above the 3,000 that gp3 includes"),
          part("ebsGp3MibpsMonth", mibps - GP3_INCLUDED.mibps, "MiB/s above the 125 that gp3 includes"),
        ]
      : type === "io1"
        ? [part("ebsIo1IopsMonth", iops, "provisioned IOPS of io1")]
        : type === "io2"
          ? [
              io2("ebsIo2IopsMonthTo32000", 0, 32_000),
              io2("ebsIo2IopsMonthTo64000", 32_000, 64_000),
              io2("ebsIo2IopsMonthAbove64000", 64_000, Number.MAX_SAFE_INTEGER),
            ]
          : [];
  return all.filter((price) => price !== null);
}

const RDS_CAPACITY: ReadonlyMap<string, RegionalPriceName> = new Map([
  ["gp2", "rdsGp2GibMonth"],
  ["gp3", "rdsGp3GibMonth"],
  ["io1", "rdsIo1GibMonth"],
  ["io2", "rdsIo1GibMonth"],
  ["standard", "rdsStandardGibMonth"],
]);

/**
 * One GiB of database storage, an hour, with its share of provisioned IOPS (io1, io2). Reads `multiAz` and `iops`;
 * Aurora's storage grows with use and is not asked for.
 */
export function databaseGibPrice({ item, amount, attributes }: Quantity, region: string): Priced {
  if (String(attributes["engine"] ?? item ?? "").startsWith("aurora")) {
    return { unpriced: "Aurora bills the storage that is used, which the record does not say" };
  }
  const types = item === null || !RDS_CAPACITY.has(item) ? ["gp2", "io1", "standard"] : [item];
  const prices = types.map((type) => capacity(RDS_CAPACITY, type, region)).filter(isPriced);
  const price: UnitPrice | undefined =
    prices.length > 1 ? oneOf(prices, "the record does not name the storage type") : prices[0];
  if (!price) return { unpriced: "no list price is known for database storage in this region" };
  const iops = item === "io1" || item === "io2" ? positive(attributes["iops"]) : 0;
  const perIops =
    iops > 0 ? regionalPrice("rdsIo1IopsMonth", region, "a month for one provisioned IOPS of a database") : null;
  const share = iops / amount / HOURS;
  const whole = isPriced(perIops) ? plus(price, times(perIops, share, share, `${iops} provisioned IOPS`)) : price;
  return attributes["multiAz"] === true ? times(whole, 2, 2, "Multi-AZ: two copies") : whole;
}

const positive = (value: string | number | boolean | undefined): number =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
