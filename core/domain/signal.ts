import type { EventMark, Outcome, QuantityKind } from "./usage-event.ts";

/** Every given condition must hold; a list holds when one of its values does. */
export interface EventFilter {
  /** `service:Action` */
  readonly actions?: readonly string[];
  readonly services?: readonly string[];
  readonly outcomes?: readonly Outcome[];
  readonly marks?: readonly EventMark[];
  readonly readOnly?: boolean;
  /** Events that carry at least one such quantity (with {@link quantityChange}). */
  readonly quantities?: readonly QuantityKind[];
  readonly quantityChange?: "added" | "removed" | "used";
}

export type SignalValue =
  | { readonly of: "events" }
  | { readonly of: "quantity"; readonly kind: QuantityKind; readonly change: "added" | "removed" | "used" }
  /** Midpoint of the estimates, in USD/hour. */
  | { readonly of: "usd-per-hour"; readonly change: "added" | "removed" }
  /** Events that change spending by an amount that has no price. */
  | { readonly of: "unpriced-events" };

/**
 * Counts in ten minutes, per account and region, from which a departure is called low, medium, high.
 */
export interface SeverityThresholds {
  readonly low: number;
  readonly medium: number;
  readonly high: number;
}

/** A quantity counted per entity and 5-minute bucket. Data, not code: detectors on every engine are rendered from it. */
export interface Signal {
  readonly id: string;
  readonly title: string;
  /** Plural noun for sentences: `instances launched`, `USD/hour added`. */
  readonly unit: string;
  readonly filter: EventFilter;
  readonly value: SignalValue;
  /** Always account and region, which are implied. */
  readonly per: "region" | "principal" | "resource";
  readonly direction: "rise" | "both";
  /** Departures smaller than this, in the signal's unit over the window, are never findings. */
  readonly floor: number;
  readonly thresholds: SeverityThresholds | null;
}
