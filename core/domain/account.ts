import type { EpochMs } from "./time.ts";

export const ACCOUNT_TYPES = [
  "management",
  "security",
  "shared-services",
  "production",
  "staging",
  "development",
  "sandbox",
  "unknown",
] as const;
export type AccountType = (typeof ACCOUNT_TYPES)[number];

/** By what accounts are each other's peers. */
export interface AccountPlace {
  readonly type: AccountType;
  /** From the root: `/Workloads/Production`; `null` where unknown. */
  readonly ouPath: string | null;
}

/** Where an account was before it moved. */
export interface EarlierPlace extends AccountPlace {
  readonly until: EpochMs;
}

export interface AccountContext extends AccountPlace {
  /** Twelve digits, or `"unknown"`. */
  readonly id: string;
  /** Name or IAM alias; the id itself where neither is known. */
  readonly alias: string;
  readonly costCenter: string | null;
  readonly owner: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** False where the organization file does not list the account. */
  readonly known: boolean;
  /** Oldest first; absent where it never moved, as far as is known. */
  readonly earlier?: readonly EarlierPlace[];
  /** When it was closed, or was first seen to be; `null` where that is not known; absent where it is open. */
  readonly closedAt?: EpochMs | null;
}

/** Where an account was at a time: by what it was then it is compared with others, not by what became of it. */
export const placeAt = (account: AccountContext, time: EpochMs): AccountPlace =>
  account.earlier?.find(({ until }) => time < until) ?? account;
