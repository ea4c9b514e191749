import type { Quantity } from "../domain/usage-event.ts";
import ec2 from "./data/ec2.json" with { type: "json" };
import listPrices from "./data/list-prices.json" with { type: "json" };
import { inRegion, listed } from "./regions.ts";
import { isPriced, nameInText, oneOf, type Priced, times, type UnitPrice } from "./unit-price.ts";

const prices = new Map<string, number>(Object.entries(ec2.prices));
/** Lowest and highest price over EC2's, by what is charged for on top. */
export const overEc2 = listPrices.overEc2 as unknown as Readonly<
  Record<keyof typeof listPrices.overEc2, readonly [number, number]>
>;

/** On demand, Linux, shared tenancy, us-east-1; `null` where the type has no known price. */
export function ec2Home(type: string): UnitPrice | null {
  const usd = prices.get(type);
  return usd === undefined ? null : listed(usd, `an hour for one ${type}, on demand, Linux, in us-east-1`, ec2.asOf);
}

/** Reads the attributes `operatingSystem` (or `platform`) and `tenancy`. */
export function instancePrice(quantity: Quantity, region: string): Priced {
  const { item, attributes } = quantity;
  if (item === null) return { unpriced: "the record does not say which instance type" };
  const home = ec2Home(item);
  if (!home) return { unpriced: `no list price is known for instance type ${nameInText(item)}` };
  if (attributes["tenancy"] === "host") {
    return { unpriced: "runs on a Dedicated Host, which is billed instead of the instance" };
  }
  const regional = inRegion(home, region);
  if (!isPriced(regional)) return regional;
  let price = withOperatingSystem(regional, attributes["operatingSystem"] ?? attributes["platform"]);
  if (attributes["tenancy"] === "dedicated") {
    const [low, high] = overEc2.dedicatedTenancy;
    price = times(price, low, high, "dedicated tenancy: up to 12 % more, without the fee of 2 USD an hour and region");
  }
  if (quantity.purchase === "spot") {
    const [low, high] = overEc2.spot;
    price = times(price, low, high, "spot: taken as 10 % to 100 % of on demand (AWS: up to 90 % off)");
  }
  return price;
}

function withOperatingSystem(linux: UnitPrice, operatingSystem: string | number | boolean | undefined): UnitPrice {
  const name = typeof operatingSystem === "string" ? operatingSystem.toLowerCase() : "";
  if (name === "" || name.startsWith("linux")) return linux;
  if (name.startsWith("windows")) {
    const [low, high] = overEc2.windows;
    return times(linux, low, high, "Windows: 1.1 to 2.25 times Linux over common types, without SQL Server");
  }
  const [low, high] = overEc2.otherLicence;
  return times(linux, low, high, "licensed operating system: up to 4 times Linux on the smallest types");
}

/**
 * The fee for a managed instance on top of the EC2 instance. The instance itself is priced when EMR launches it, in a
 * record of its own.
 */
export function emrUpliftPrice(quantity: Quantity, region: string): Priced {
  if (quantity.attributes["unit"] === "capacity") {
    return { unpriced: "a fleet is asked for in units of capacity, not in instances" };
  }
  if (quantity.item === null) return { unpriced: "the record does not say which instance type" };
  const home = ec2Home(quantity.item);
  if (!home) return { unpriced: `no list price is known for instance type ${nameInText(quantity.item)}` };
  const [low, high] = overEc2.emrUplift;
  return inRegion(
    times(home, low, high, "EMR's fee: 1 % to 31 % of the EC2 price, the span over instance types"),
    region,
  );
}

const sagemaker = new Map<string, number>(
  Object.entries(listPrices.sagemakerHour).flatMap(([type, usd]) => (typeof usd === "number" ? [[type, usd]] : [])),
);
const sagemakerBefore = new Map<string, number>(
  Object.entries(listPrices.sagemakerBeforeCutHour).flatMap(([type, usd]) =>
    typeof usd === "number" ? [[type, usd]] : [],
  ),
);

/** SageMaker `ml.*` instances: training, endpoints, notebooks. */
export function mlInstancePrice(quantity: Quantity, region: string): Priced {
  const type = quantity.item;
  if (type === null) return { unpriced: "the record does not say which instance type" };
  const exact = sagemaker.get(type);
  if (exact !== undefined) {
    return inRegion(listed(exact, `an hour for one ${type}, in us-east-1`, listPrices.asOf), region);
  }
  const home = ec2Home(type.replace(/^ml\./, ""));
  if (!home) return { unpriced: `no list price is known for ${nameInText(type)}` };
  const [low, high] = overEc2.sagemaker;
  const price = times(home, low, high, "SageMaker taken as 1.15 to 1.4 times EC2, the span over listed types");
  const before = sagemakerBefore.get(type);
  if (before === undefined) return inRegion(price, region);
  return inRegion(
    oneOf(
      [price, listed(before, `an hour for one ${type} before the price cut of 2025`, "2025-05-01")],
      "before or after the cut",
    ),
    region,
  );
}
