import { calculate } from "./query.ts";

const HOUR_MS = 3_600_000;

/**
 * Rows say when their interval begins (`time`), not how long it is, which is the cluster's choice: `start` and `end` of
 * what is drawn, as wide as the shortest step between two.
 */
export const intervalBounds = [
  calculate("start", "toDate(datum.time)"),
  { window: [{ op: "lead", field: "start", as: "next" }], sort: [{ field: "start" }] },
  calculate("step", "datum.next > datum.start ? datum.next - datum.start : null"),
  { joinaggregate: [{ op: "min", field: "step", as: "interval" }] },
  calculate("end", `datum.start + (isValid(datum.interval) ? datum.interval : ${HOUR_MS})`),
] as const;
