import type { Quantity } from "../domain/usage-event.ts";

/** Something that keeps costing until somebody stops it. */
export const isCapacity = ({ kind, change }: Quantity): boolean =>
  change === "added" &&
  (kind.endsWith("instances") || kind.endsWith("-nodes") || kind === "nat-gateways" || kind === "container-tasks");
