import type { AccountContext } from "../domain/account.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";

export interface Sight {
  /** Names, owners, cost centers and tags. Otherwise an account is called by its number. */
  readonly names: boolean;
  /** Organizational units and types, by which accounts are each other's peers. Otherwise none has any. */
  readonly places: boolean;
}

/** The directory as far as it may be used. */
export function seenThrough(directory: AccountDirectory, { names, places }: Sight): AccountDirectory {
  if (names && places) return directory;
  const seen = ({ earlier, ...account }: AccountContext): AccountContext => ({
    ...account,
    ...(places && earlier ? { earlier } : {}),
    ...(names ? {} : { alias: account.id, costCenter: null, owner: null, tags: {} }),
    ...(places ? {} : { type: "unknown", ouPath: null }),
  });
  const accounts = directory.accounts().map(seen);
  const byId = new Map(accounts.map((account) => [account.id, account]));
  return {
    organizationId: directory.organizationId,
    accounts: () => accounts,
    account: (id) => byId.get(id) ?? directory.account(id),
  };
}
