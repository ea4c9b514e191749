import type { AccountContext } from "../domain/account.ts";

export interface AccountDirectory {
  /** Never fails: an account that is not listed comes back with type `unknown` and `known: false`. */
  account(id: string): AccountContext;
  /** All listed accounts, sorted by id. */
  accounts(): readonly AccountContext[];
  /** The organization's id where known. */
  readonly organizationId: string | null;
}
