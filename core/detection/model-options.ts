import type { Signal } from "../domain/signal.ts";
import { BUCKET } from "../domain/time.ts";
import type { ModelOptions } from "../ports/detector-engine.ts";
import type { PeerExpectation } from "./peer-expectation.ts";

/** Amounts are counted in fifths of the signal's floor: of 600 GiB, not each GiB is an event. */
export function modelOptionsOf(
  { direction, floor, value }: Signal,
  expectation: PeerExpectation | null = null,
): ModelOptions {
  const isAmount = value.of === "usd-per-hour" || (value.of === "quantity" && /-(gib|bytes)$/.test(value.kind));
  const unit = isAmount && floor > 0 ? floor / 5 : 1;
  return { bucket: BUCKET, direction, floor, unit, ...(expectation ? { peers: expectation.rates } : {}) };
}
