import { type AccountPlace, placeAt } from "../domain/account.ts";
import type { ComparedWith } from "../domain/finding.ts";
import { DAY, type EpochMs } from "../domain/time.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";

export interface PeerGroup extends Pick<ComparedWith, "by" | "name"> {
  readonly accounts: ReadonlySet<string>;
}

/** As it stands in a finding. */
export const comparedWith = ({ by, name, accounts }: PeerGroup): ComparedWith => ({
  by,
  name,
  accounts: accounts.size,
});

/** Other accounts that make a group: the whole organization is less alike, so it takes more. */
const LEAST = { type: 2, unit: 2, organization: 3 } as const;

/** Who an account's peers are: other accounts of its type, else of its organizational unit, else all there are. */
export class AccountPeers {
  readonly #directory: AccountDirectory;
  readonly #since: ReadonlyMap<string, EpochMs>;
  readonly #ids: readonly string[];

  /** @param since the first event of every account that logs */
  constructor(directory: AccountDirectory, since: ReadonlyMap<string, EpochMs>) {
    this.#directory = directory;
    this.#since = since;
    this.#ids = [...since.keys()].sort();
  }

  /**
   * As the organization was at `time`, of accounts that had been heard of for a day; `null` where there are too few. The
   * same whatever happened later.
   */
  of(account: string, time: EpochMs): PeerGroup | null {
    const own = this.#placeOf(account, time);
    const others = this.#ids
      .filter((id) => id !== account && this.since(id) <= time - DAY && !this.#isClosed(id, time))
      .map((id) => ({ id, ...this.#placeOf(id, time) }));
    const group = (by: PeerGroup["by"], name: string, alike: (other: AccountPlace) => boolean): PeerGroup | null => {
      const accounts = new Set(others.filter(alike).map(({ id }) => id));
      return accounts.size >= LEAST[by] ? { by, name, accounts } : null;
    };
    return (
      (own.type === "unknown" ? null : group("type", own.type, ({ type }) => type === own.type)) ??
      (own.ouPath === null ? null : group("unit", own.ouPath, ({ ouPath }) => ouPath === own.ouPath)) ??
      group("organization", "", () => true)
    );
  }

  /** When the account was first heard of. */
  since(account: string): EpochMs {
    return this.#since.get(account) ?? Number.POSITIVE_INFINITY;
  }

  /** Since when the account is where it is at a time: since it was first heard of, or moved last. */
  settledSince(account: string, time: EpochMs): EpochMs {
    const moves = this.#directory.account(account).earlier?.filter(({ until }) => until <= time) ?? [];
    return Math.max(this.since(account), ...moves.map(({ until }) => until));
  }

  #isClosed(account: string, time: EpochMs): boolean {
    const { closedAt = null } = this.#directory.account(account);
    return closedAt !== null && closedAt <= time;
  }

  #placeOf(account: string, time: EpochMs): AccountPlace {
    const { type, ouPath } = placeAt(this.#directory.account(account), time);
    return { type, ouPath };
  }
}
