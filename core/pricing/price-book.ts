import { type CostEstimate, nanoUsd } from "../domain/money.ts";
import type { Quantity, QuantityKind, UsageEvent } from "../domain/usage-event.ts";
import type { PriceBook } from "../ports/price-book.ts";
import { controlPlanePrice, taskPrice } from "./containers.ts";
import ec2 from "./data/ec2.json" with { type: "json" };
import elasticache from "./data/elasticache.json" with { type: "json" };
import listPrices from "./data/list-prices.json" with { type: "json" };
import opensearch from "./data/opensearch.json" with { type: "json" };
import { cacheNodePrice, databasePrice, searchNodePrice, warehouseNodePrice } from "./databases.ts";
import { emrUpliftPrice, instancePrice, mlInstancePrice } from "./instances.ts";
import { addressPrice, loadBalancerPrice, natGatewayPrice, vpcEndpointPrice } from "./network.ts";
import {
  invocationPrice,
  modelCallPrice,
  objectBytesPrice,
  objectReadPrice,
  objectWritePrice,
  secretReadPrice,
} from "./requests.ts";
import { databaseGibPrice, volumeGibPrice, volumePrice } from "./storage.ts";
import type { Priced } from "./unit-price.ts";

type Pricer = (quantity: Quantity, region: string) => Priced;

const free: Pricer = () => null;

const PRICERS: Readonly<Record<QuantityKind, Pricer>> = {
  instances: instancePrice,
  // counted besides `instances`, which carries the price
  "accelerated-instances": free,
  volumes: volumePrice,
  "volume-gib": volumeGibPrice,
  "function-invocations": invocationPrice,
  "nat-gateways": natGatewayPrice,
  "load-balancers": loadBalancerPrice,
  addresses: addressPrice,
  "vpc-endpoints": vpcEndpointPrice,
  "db-instances": databasePrice,
  "db-gib": databaseGibPrice,
  "warehouse-nodes": warehouseNodePrice,
  "cache-nodes": cacheNodePrice,
  "search-nodes": searchNodePrice,
  "emr-instances": emrUpliftPrice,
  "ml-instances": mlInstancePrice,
  "cluster-control-planes": controlPlanePrice,
  // their instances are priced when Auto Scaling launches them, in records of their own
  "cluster-nodes": free,
  "container-tasks": taskPrice,
  "model-invocations": modelCallPrice,
  "object-reads": objectReadPrice,
  "object-writes": objectWritePrice,
  "object-deletes": free,
  "object-bytes": objectBytesPrice,
  "secrets-read": secretReadPrice,
  // standard parameters are free
  "parameters-read": free,
  "snapshots-shared": free,
  "images-shared": free,
  "access-keys-created": free,
  "users-created": free,
  "roles-created": free,
};

/** Requests and bytes are spent once; everything else is paid for as long as it exists. */
const ONCE: ReadonlySet<QuantityKind> = new Set([
  "function-invocations",
  "model-invocations",
  "object-reads",
  "object-writes",
  "object-bytes",
  "secrets-read",
]);

/** The item of these kinds is a resource's name, which says nothing about its price. */
const NAMED: ReadonlySet<QuantityKind> = new Set([
  "function-invocations",
  "object-reads",
  "object-writes",
  "secrets-read",
]);

const NOTHING: readonly CostEstimate[] = Object.freeze([]);

/** Made-up items and attributes must not fill memory. */
const MAX_REMEMBERED = 4096;

/** The bundled snapshot of list prices. docs/pricing.md says what it holds and what each range rests on. */
export function createPriceBook(): PriceBook {
  const remembered = new Map<string, CostEstimate | null>();
  const rememberedSingles = new Map<string, Map<QuantityKind, CostEstimate | null>>();

  const recall = (key: string, quantity: Quantity, region: string): CostEstimate | null => {
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const estimate = estimateOf(quantity, region);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(key, estimate);
    return estimate;
  };

  /** One request, of which there are millions: no key is put together for it. */
  const single = (quantity: Quantity, region: string): CostEstimate | null => {
    let ofRegion = rememberedSingles.get(region);
    if (!ofRegion) {
      if (rememberedSingles.size >= MAX_REMEMBERED) rememberedSingles.clear();
      ofRegion = new Map();
      rememberedSingles.set(region, ofRegion);
    }
    const known = ofRegion.get(quantity.kind);
    if (known !== undefined) return known;
    const estimate = estimateOf(quantity, region);
    ofRegion.set(quantity.kind, estimate);
    return estimate;
  };

  const price = (quantity: Quantity, region: string): CostEstimate | null => {
    const { kind, change, amount, purchase, item } = quantity;
    if (!(amount > 0)) return null;
    const named = NAMED.has(kind);
    const attributes = attributesKey(quantity);
    if (named && amount === 1 && attributes === "") return single(quantity, region);
    const what = named ? "" : (item ?? "\u0000");
    return recall(
      `${kind}|${change}|${amount}|${purchase}|${region}|${what}|${namesIds(quantity)}|${attributes}`,
      quantity,
      region,
    );
  };

  return {
    asOf: ec2.asOf,
    sources: [
      `EC2 on demand, us-east-1, ${ec2.asOf}: ${ec2.source} (${ec2.licence})`,
      `OpenSearch by region, ${opensearch.asOf}: ${opensearch.source}`,
      `ElastiCache by region, ${elasticache.asOf}: ${elasticache.source}`,
      `Other list prices, ${listPrices.asOf}: AWS's pricing pages, named with each price`,
    ],
    price,
    estimate(event: UsageEvent): readonly CostEstimate[] {
      if (event.outcome !== "success") return NOTHING;
      if (event.quantities.length === 0)
        return SAYS_WHAT_IT_MADE.get(event.service)?.has(event.action) ? UNSAID : NOTHING;
      const estimates: CostEstimate[] = [];
      for (const quantity of event.quantities) {
        const estimate = price(quantity, event.region);
        if (estimate) estimates.push(estimate);
      }
      return estimates.length === 0 ? NOTHING : estimates;
    },
  };
}

/** Calls that make what costs, and whose answer names it; where the answer is missing, the cost is unknown, not nothing. */
const SAYS_WHAT_IT_MADE: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["ec2", new Set(["RunInstances", "CreateVolume", "CreateNatGateway"])],
  ["rds", new Set(["CreateDBInstance"])],
]);
const UNSAID: readonly CostEstimate[] = Object.freeze([
  { kind: "unpriced", direction: "added", reason: "the record does not say what was made" },
]);

const attributesKey = ({ attributes }: Quantity): string => {
  let key = "";
  for (const name in attributes) key += `${name}=${attributes[name]};`;
  return key;
};

/** No single record adds or spends this much: beyond it the logged amounts are not believed. USD. */
const BELIEVABLE = 1e8;

const IDS_ONLY = "the record names ids only, and not all of what they are is known";
const namesIds = ({ resourceIds }: Quantity): boolean => resourceIds.length > 0;

function estimateOf(quantity: Quantity, region: string): CostEstimate | null {
  const unit = PRICERS[quantity.kind](quantity, region);
  if (unit === null) return null;
  const direction = quantity.change === "removed" ? "removed" : "added";
  if ("unpriced" in unit) {
    const reason = quantity.item === null && namesIds(quantity) ? IDS_ONLY : unit.unpriced;
    return Object.freeze({ kind: "unpriced", direction, reason });
  }
  const [low, high] = [unit.low * quantity.amount, unit.high * quantity.amount];
  if (!(low >= 0 && high >= low && high <= BELIEVABLE)) {
    return Object.freeze({ kind: "unpriced", direction, reason: "the logged amounts are beyond anything that exists" });
  }
  if (ONCE.has(quantity.kind)) {
    return Object.freeze({ kind: "once", low: nanoUsd(low), high: nanoUsd(high), basis: unit.basis });
  }
  return Object.freeze({
    kind: "rate",
    direction,
    lowPerHour: nanoUsd(low),
    highPerHour: nanoUsd(high),
    basis: unit.basis,
  });
}
