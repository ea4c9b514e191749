import { type AccountContext, type AccountPlace, placeAt } from "../domain/account.ts";
import { DAY, type EpochMs } from "../domain/time.ts";
import { acrossAccounts } from "../incidents/actors.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { LoggedAccount } from "../ports/event-store.ts";
import type { FirstUse } from "../ports/first-uses.ts";

export interface PeerUse {
  /** Peers that had it before. */
  readonly using: number;
  readonly of: number;
}

/** For so long an account that moved is still one of those that it was among, too. */
const SETTLING = 14 * DAY;

/**
 * What accounts of the same type or organizational unit had done when an account did it for the first time. Types and units
 * are those of that time: a move changes nothing of what was judged before.
 */
export class Peers {
  readonly #accounts: readonly AccountContext[];
  readonly #byId: ReadonlyMap<string, AccountContext>;
  /** Times at which anybody's peers may have become others. */
  readonly #changes: readonly EpochMs[];
  readonly #groups = new Map<string, readonly (readonly string[])[]>();
  readonly #firsts = new Map<string, Map<string, EpochMs>>();

  constructor(rows: readonly FirstUse[], directory: AccountDirectory, coverage: readonly LoggedAccount[]) {
    this.#accounts = coverage.map(({ account }) => directory.account(account));
    this.#byId = new Map(this.#accounts.map((account) => [account.id, account]));
    this.#changes = this.#accounts
      .flatMap(({ earlier = [] }) => earlier.flatMap(({ until }) => [until, until + SETTLING]))
      .sort((a, b) => a - b);
    for (const row of rows) {
      const key = keyOf(row);
      const firsts = this.#firsts.get(key) ?? new Map<string, EpochMs>();
      this.#firsts.set(key, firsts);
      const known = firsts.get(row.account);
      if (known === undefined || row.firstTime < known) firsts.set(row.account, row.firstTime);
    }
  }

  /** Of an account that moved lately by those peers among whom it is more usual, those it has or those it had. */
  before(row: FirstUse): PeerUse {
    const firsts = this.#firsts.get(keyOf(row));
    const uses = this.#groupsOf(row.account, row.firstTime).map((peers): PeerUse => {
      const using = peers.filter((peer) => (firsts?.get(peer) ?? Number.POSITIVE_INFINITY) < row.firstTime).length;
      return { using, of: peers.length };
    });
    return uses.reduce((best, use) => (shareOf(use) > shareOf(best) ? use : best), uses[0] ?? { using: 0, of: 0 });
  }

  /** Whether any other account of the organization had it before. */
  anywhereBefore(row: FirstUse): boolean {
    for (const [account, time] of this.#firsts.get(keyOf(row)) ?? []) {
      if (account !== row.account && time < row.firstTime) return true;
    }
    return false;
  }

  /** One group a place that the account had lately, the present one first. */
  #groupsOf(id: string, time: EpochMs): readonly (readonly string[])[] {
    const own = this.#byId.get(id);
    if (!own) return [];
    const key = `${id} ${this.#changes.filter((change) => change <= time).length}`;
    const known = this.#groups.get(key);
    if (known) return known;
    const others = this.#accounts
      .filter((other) => other.id !== id)
      .map((other) => ({ id: other.id, places: placesOf(other, time) }));
    const groups = placesOf(own, time).map((place) =>
      others.filter(({ places }) => places.some((other) => areAlike(place, other))).map((other) => other.id),
    );
    this.#groups.set(key, groups);
    return groups;
  }
}

/** Where an account was lately, the present place first. */
const placesOf = (account: AccountContext, time: EpochMs): readonly AccountPlace[] => [
  placeAt(account, time),
  ...(account.earlier ?? []).filter(({ until }) => until <= time && until > time - SETTLING),
];

const areAlike = (one: AccountPlace, other: AccountPlace): boolean =>
  (one.type !== "unknown" && other.type === one.type) || (one.ouPath !== null && other.ouPath === one.ouPath);

const shareOf = ({ using, of }: PeerUse): number => (of === 0 ? 0 : using / of);

/** The same role has another ARN in every account. */
const keyOf = ({ dimension, value }: FirstUse): string =>
  `${dimension}|${dimension === "principal" ? acrossAccounts(value) : value}`;
