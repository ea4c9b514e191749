import type { Quantity } from "../domain/usage-event.ts";
import listPrices from "./data/list-prices.json" with { type: "json" };
import { listed, type RegionalPriceName, regionalPrice } from "./regions.ts";
import { isPriced, oneOf, type Priced, plus, times, type UnitPrice } from "./unit-price.ts";

/** A cluster of EKS; an ECS cluster is free. */
export function controlPlanePrice({ item }: Quantity): Priced {
  if (item?.toLowerCase().startsWith("ecs")) return null;
  const price = listed(
    listPrices.everywhere.eksClusterHour.price,
    "an hour for one EKS control plane, in every region",
    listPrices.asOf,
  );
  return { ...price, basis: [...price.basis, "a version in standard support"] };
}

/**
 * The item is the launch type; a task on one's own instances costs nothing by itself. Reads `cpuUnits` (1024 a vCPU),
 * `memoryMiB` and `architecture`.
 */
export function taskPrice({ item, attributes, purchase }: Quantity, region: string): Priced {
  const launchType = item?.toUpperCase() ?? null;
  if (launchType === "EC2" || launchType === "EXTERNAL") return null;
  const cpus = Number(attributes["cpuUnits"]) / 1024;
  const gib = Number(attributes["memoryMiB"]) / 1024;
  if (!(cpus > 0 && gib > 0)) return { unpriced: "the record does not say the task's size" };
  const arm = size("fargateArmCpuHour", "fargateArmGbHour", cpus, gib, region);
  const x86 = size("fargateCpuHour", "fargateGbHour", cpus, gib, region);
  if (!isPriced(arm) || !isPriced(x86)) return { unpriced: "no list price is known for Fargate in this region" };
  const price = choose(String(attributes["architecture"] ?? ""), arm, x86);
  if (launchType !== "FARGATE_SPOT" && purchase !== "spot") return price;
  return times(price, 0.3, 1, "Fargate Spot: taken as 30 % to 100 % (AWS: up to 70 % off)");
}

function choose(architecture: string, arm: UnitPrice, x86: UnitPrice): UnitPrice {
  if (/^arm/i.test(architecture)) return arm;
  if (/^x86/i.test(architecture)) return x86;
  return oneOf([arm, x86], "the record does not name the processor: ARM or x86");
}

function size(cpu: RegionalPriceName, memory: RegionalPriceName, cpus: number, gib: number, region: string): Priced {
  const perCpu = regionalPrice(cpu, region, "an hour for one vCPU of Fargate");
  const perGib = regionalPrice(memory, region, "an hour for one GB of Fargate memory");
  if (!isPriced(perCpu) || !isPriced(perGib)) return null;
  return plus(times(perCpu, cpus, cpus, `${cpus} vCPU`), times(perGib, gib, gib, `${gib} GB`));
}
