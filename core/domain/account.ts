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

export interface AccountContext {
  /** Twelve digits, or `"unknown"`. */
  readonly id: string;
  /** Name or IAM alias; the id itself where neither is known. */
  readonly alias: string;
  readonly type: AccountType;
  /** From the root: `/Workloads/Production`; `null` where unknown. */
  readonly ouPath: string | null;
  readonly costCenter: string | null;
  readonly owner: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** False where the organization file does not list the account. */
  readonly known: boolean;
}
