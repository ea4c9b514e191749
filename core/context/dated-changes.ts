import { DAY, type EpochMs } from "../domain/time.ts";

/** An account as it is kept in a snapshot, in the form that {@link parseOrganization} reads. */
export interface KeptAccount {
  readonly id: string;
  readonly name: string;
  readonly state: string | null;
  readonly ouPath: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** Oldest first. */
  readonly earlier?: readonly EarlierAccount[];
  readonly closedAt?: string;
}

interface EarlierAccount extends Pick<KeptAccount, "name" | "ouPath" | "tags"> {
  /** ISO time of the first look at which it was otherwise. */
  readonly until: string;
}

/** What happened longer ago changes nothing that is still judged. */
const KEPT_DAYS = 400;
const MOST = 50;
const OPEN = new Set(["ACTIVE", "PENDING_ACTIVATION"]);

/**
 * The accounts as they are listed now, with what is known of how they were before: where an account was until it moved,
 * and since when it is closed. One that is no longer listed stays, closed.
 * @param before what was kept last; anything else, or of another organization, is as if nothing was kept
 */
export function withChanges<A extends KeptAccount>(
  listed: { readonly organizationId: string | null; readonly accounts: readonly A[] },
  before: unknown,
  now: EpochMs,
): readonly (A | KeptAccount)[] {
  const known = new Map(keptAccounts(before, listed.organizationId).map((account) => [account.id, account]));
  const date = new Date(now).toISOString();
  const current = listed.accounts.map((account) => {
    const was = known.get(account.id);
    known.delete(account.id);
    const open = account.state === null || OPEN.has(account.state);
    return {
      ...account,
      ...(was ? earlierOf(account, was, date, now) : {}),
      ...(open ? {} : { closedAt: was?.closedAt ?? date }),
    };
  });
  const gone = [...known.values()]
    .map((account) => ({ ...account, state: "CLOSED", closedAt: account.closedAt ?? date }))
    .filter(({ closedAt }) => isKept(closedAt, now));
  return [...current, ...gone].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function earlierOf(
  account: KeptAccount,
  { name, ouPath, tags, earlier = [] }: KeptAccount,
  date: string,
  now: EpochMs,
): { readonly earlier?: readonly EarlierAccount[] } {
  const isSame =
    JSON.stringify([account.name, account.ouPath, sorted(account.tags)]) ===
    JSON.stringify([name, ouPath, sorted(tags)]);
  const all = isSame ? earlier : [...earlier, { until: date, name, ouPath, tags }];
  const kept = all.filter(({ until }) => isKept(until, now)).slice(-MOST);
  return kept.length === 0 ? {} : { earlier: kept };
}

const isKept = (date: string, now: EpochMs): boolean => Date.parse(date) > now - KEPT_DAYS * DAY;

const sorted = (tags: KeptAccount["tags"]): readonly (readonly [string, string])[] =>
  Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));

function keptAccounts(before: unknown, organizationId: string | null): readonly KeptAccount[] {
  if (typeof before !== "object" || before === null) return [];
  const { accounts, organizationId: of } = before as { accounts?: unknown; organizationId?: unknown };
  if (!Array.isArray(accounts) || of !== organizationId) return [];
  return accounts.filter((account: Partial<KeptAccount> | null): account is KeptAccount => {
    const hasTags = typeof account?.tags === "object" && account.tags !== null;
    return typeof account?.id === "string" && typeof account.name === "string" && hasTags;
  });
}
