import type { CostEstimate, NanoUsd } from "../domain/money.ts";
import type { Quantity } from "../domain/usage-event.ts";

/** Low and high, in billionths of a US dollar. */
export type NanoUsdRange = readonly [low: NanoUsd, high: NanoUsd];

/** An event's estimates as stores keep them: added up by what they are about. */
export interface MergedCost {
  /** Per hour. */
  readonly added: NanoUsdRange | null;
  /** Per hour. */
  readonly removed: NanoUsdRange | null;
  readonly once: NanoUsdRange | null;
  /** Of all of them together, each once. */
  readonly basis: readonly string[];
  /** Why a part has no price, each reason once; `null` where every part has one. */
  readonly unpriced: readonly string[] | null;
}

export function mergeCost(cost: readonly CostEstimate[]): MergedCost {
  const sums: Record<"added" | "removed" | "once", NanoUsdRange | null> = { added: null, removed: null, once: null };
  const basis = new Set<string>();
  const reasons = new Set<string>();
  for (const estimate of cost) {
    if (estimate.kind === "unpriced") {
      reasons.add(estimate.reason);
      continue;
    }
    const of = estimate.kind === "rate" ? estimate.direction : "once";
    const [low, high] =
      estimate.kind === "rate" ? [estimate.lowPerHour, estimate.highPerHour] : [estimate.low, estimate.high];
    const before = sums[of];
    sums[of] = before === null ? [low, high] : [before[0] + low, before[1] + high];
    for (const one of estimate.basis) basis.add(one);
  }
  return { ...sums, basis: [...basis], unpriced: reasons.size === 0 ? null : [...reasons] };
}

/** Estimates as a store gives them back: one for what is added, removed and spent, then one for each reason. */
export function estimatesOf(
  { added, removed, once, basis, unpriced }: MergedCost,
  quantities: readonly Pick<Quantity, "change">[],
): readonly CostEstimate[] {
  const cost: CostEstimate[] = [];
  if (added) cost.push({ kind: "rate", direction: "added", lowPerHour: added[0], highPerHour: added[1], basis });
  if (removed) {
    cost.push({ kind: "rate", direction: "removed", lowPerHour: removed[0], highPerHour: removed[1], basis });
  }
  if (once) cost.push({ kind: "once", low: once[0], high: once[1], basis });
  if (unpriced === null) return cost;
  const freed = quantities.length > 0 && quantities.every(({ change }) => change === "removed");
  for (const reason of unpriced.length > 0 ? unpriced : [NO_REASON]) {
    cost.push({ kind: "unpriced", direction: freed ? "removed" : "added", reason });
  }
  return cost;
}

const NO_REASON = "no price is known";
