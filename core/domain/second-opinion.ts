import type { AccountType } from "./account.ts";
import type { EpochMs, TimeWindow } from "./time.ts";

/** Accounts that a detector looks at together. */
export type AccountGroup =
  | { readonly of: "account-type"; readonly type: AccountType }
  | { readonly of: "ou"; readonly path: string };

/** What a second detector found in a window. */
export interface ForestFinding {
  /** Of buckets: a detector adds up those that begin in its own window. */
  readonly window: TimeWindow;
  /** Above 0, up to 1. */
  readonly grade: number;
  /** Above 0, up to 1. */
  readonly confidence: number;
  /** In the signal's unit; `null` where the result does not say. */
  readonly actual: number | null;
  readonly expected: number | null;
}

/** Why a detector says nothing of a window: it runs and has not judged it, or it cannot. */
export type Unheard =
  | { readonly why: "absent" }
  | { readonly why: "stopped" }
  | { readonly why: "learning" }
  /** Its newest result is older than it should be; `null` where it never wrote one. */
  | { readonly why: "silent"; readonly since: EpochMs | null }
  | { readonly why: "error"; readonly message: string }
  /** It judges a window some time after its end, when all of it is written. */
  | { readonly why: "not-yet" }
  /** It runs, but this entity is not among those that it covers, or has too little history. */
  | { readonly why: "not-covered" }
  /** It judges only what it is asked about, up to a bound, which others used up that mattered more. */
  | { readonly why: "beyond-bound" };

/** What a random cut forest, which watches the same counts, says of an anomaly. The anomaly's grade and confidence are of both. */
export interface SecondOpinion {
  /** What the count model said by itself; `null` where it found nothing. Both 0 to 1. */
  readonly count: { readonly grade: number; readonly confidence: number } | null;
  /**
   * `same`: it found it too; `nothing`: it looked and found nothing; `alone`: it found it and the count model did not;
   * `unheard`: the count model speaks alone; `null`: no detector watches this count of this entity.
   */
  readonly own:
    | ({ readonly verdict: "same" | "alone" } & ForestFinding)
    | { readonly verdict: "nothing" }
    | { readonly verdict: "unheard"; readonly reason: Unheard }
    | null;
  /** What it found in the account's type and organizational unit as a whole, in windows that overlap. */
  readonly together: readonly (ForestFinding & { readonly group: AccountGroup })[];
}
