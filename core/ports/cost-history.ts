import type { NanoUsd, UsdText } from "../domain/money.ts";
import type { TimeWindow } from "../domain/time.ts";

export interface CostQuestion {
  readonly account: string;
  /** As in UsageEvent: `ec2`, `lambda`; `null` for all that the account is billed for. */
  readonly service: string | null;
  /** Whole days in UTC. */
  readonly window: TimeWindow;
}

export interface BilledDay {
  /** `2026-11-03` */
  readonly day: string;
  /** Unblended. */
  readonly usd: UsdText;
  /** May still change: the bill lags by up to a day. */
  readonly estimated: boolean;
}

export type CostAnswer =
  | { readonly status: "known"; readonly days: readonly BilledDay[] }
  /** One clause for people: "Cost Explorer is not enabled", "the month's budget for such questions (5 USD) is used up". */
  | { readonly status: "unavailable"; readonly reason: string };

/** What was billed before, as the bill has it. Never rejects: that it cannot be known is an answer. */
export interface CostHistory {
  /** One entry a day that is billed, in order. A service that the bill does not know is `unavailable`. */
  daily(question: CostQuestion): Promise<CostAnswer>;
}

/** What may be spent on our own questions, counted across all functions of a deployment. */
export interface Allowance {
  /** Counts the amount as spent and allows it; once the limit of the calendar month (UTC) would be passed, counts and allows nothing. */
  take(amount: NanoUsd): Promise<boolean>;
}
