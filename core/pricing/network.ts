import type { Quantity } from "../domain/usage-event.ts";
import listPrices from "./data/list-prices.json" with { type: "json" };
import { listed, type RegionalPriceName, regionalPrice } from "./regions.ts";
import { isPriced, oneOf, type Priced, plus, times } from "./unit-price.ts";

export function natGatewayPrice(_quantity: Quantity, region: string): Priced {
  const price = regionalPrice("natGatewayHour", region, "an hour for one NAT gateway");
  return isPriced(price) ? { ...price, basis: [...price.basis, "without the data that it processes"] } : price;
}

export function addressPrice(): Priced {
  const { price } = listPrices.everywhere.publicIpv4Hour;
  return listed(price, "an hour for one public IPv4 address, in every region", listPrices.asOf);
}

const units = listPrices.assumed.loadBalancerCapacityUnits;

type BalancerType = "application" | "network" | "gateway" | "classic";
const BALANCERS: Readonly<Record<BalancerType, readonly [hour: RegionalPriceName, unit: RegionalPriceName | null]>> = {
  application: ["applicationLoadBalancerHour", "applicationLoadBalancerCapacityUnit"],
  network: ["networkLoadBalancerHour", "networkLoadBalancerCapacityUnit"],
  gateway: ["gatewayLoadBalancerHour", "gatewayLoadBalancerCapacityUnit"],
  classic: ["classicLoadBalancerHour", null],
};
const BALANCER_TYPES = Object.keys(BALANCERS) as BalancerType[];

/** The item is the type: application, network, gateway or classic. */
export function loadBalancerPrice({ item }: Quantity, region: string): Priced {
  const type = BALANCER_TYPES.find((known) => known === item);
  if (type) return balancerPrice(type, region);
  const all = BALANCER_TYPES.map((known) => balancerPrice(known, region)).filter(isPriced);
  return all.length === 0
    ? { unpriced: "no list price is known for load balancers in this region" }
    : oneOf(all, "the record does not name the load balancer's type");
}

function balancerPrice(type: BalancerType, region: string): Priced {
  const [hour, unit] = BALANCERS[type];
  const base = regionalPrice(hour, region, `an hour for one ${type} load balancer`);
  if (!isPriced(base)) return base;
  if (unit === null) return { ...base, basis: [...base.basis, "without the data that it processes"] };
  const load = regionalPrice(unit, region, `an hour for one capacity unit of a ${type} load balancer`);
  if (!isPriced(load)) return load;
  return plus(base, times(load, units.low, units.high, `${units.low} to ${units.high} capacity units of load assumed`));
}

const zones = listPrices.assumed.endpointZones;

/** The item is the endpoint's type; gateway endpoints are free. Reads `subnets`, one an availability zone. */
export function vpcEndpointPrice({ item, attributes }: Quantity, region: string): Priced {
  if (item?.toLowerCase() === "gateway") return null;
  const price = regionalPrice("vpcEndpointHour", region, "an hour for an interface endpoint in one availability zone");
  if (!isPriced(price)) return price;
  const named = attributes["subnets"];
  if (typeof named === "number" && named > 0) return times(price, named, named, `${named} availability zones`);
  const low = item === null ? 0 : zones.low;
  return times(price, low, zones.high, zoneAssumption(item));
}

const zoneAssumption = (item: string | null): string =>
  item === null
    ? `the record does not say whether it is a gateway endpoint, which is free, or an interface in up to ${zones.high} zones`
    : `${zones.low} to ${zones.high} availability zones assumed`;
