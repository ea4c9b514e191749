import type { EpochMs } from "../domain/time.ts";
import { acrossAccounts } from "../incidents/actors.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { LoggedAccount } from "../ports/event-store.ts";
import type { FirstUse } from "../ports/first-uses.ts";

export interface PeerUse {
  /** Peers that had it before. */
  readonly using: number;
  readonly of: number;
}

/** What accounts of the same type or organizational unit had done when an account did it for the first time. */
export class Peers {
  readonly #groups = new Map<string, readonly string[]>();
  readonly #firsts = new Map<string, Map<string, EpochMs>>();

  constructor(rows: readonly FirstUse[], directory: AccountDirectory, coverage: readonly LoggedAccount[]) {
    const accounts = coverage.map(({ account }) => directory.account(account));
    for (const own of accounts) {
      const peers = accounts.filter(
        (other) =>
          other.id !== own.id &&
          ((own.type !== "unknown" && other.type === own.type) || (own.ouPath !== null && other.ouPath === own.ouPath)),
      );
      this.#groups.set(
        own.id,
        peers.map(({ id }) => id),
      );
    }
    for (const row of rows) {
      const key = keyOf(row);
      const firsts = this.#firsts.get(key) ?? new Map<string, EpochMs>();
      this.#firsts.set(key, firsts);
      const known = firsts.get(row.account);
      if (known === undefined || row.firstTime < known) firsts.set(row.account, row.firstTime);
    }
  }

  before(row: FirstUse): PeerUse {
    const peers = this.#groups.get(row.account) ?? [];
    const firsts = this.#firsts.get(keyOf(row));
    const using = peers.filter((peer) => (firsts?.get(peer) ?? Number.POSITIVE_INFINITY) < row.firstTime).length;
    return { using, of: peers.length };
  }

  /** Whether any other account of the organization had it before. */
  anywhereBefore(row: FirstUse): boolean {
    for (const [account, time] of this.#firsts.get(keyOf(row)) ?? []) {
      if (account !== row.account && time < row.firstTime) return true;
    }
    return false;
  }
}

/** The same role has another ARN in every account. */
const keyOf = ({ dimension, value }: FirstUse): string =>
  `${dimension}|${dimension === "principal" ? acrossAccounts(value) : value}`;
