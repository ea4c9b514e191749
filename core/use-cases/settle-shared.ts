/** What the rule looks at in one account's copy of an action that was logged in several. */
export interface SharedCopy {
  /** Account whose log it stands in. */
  readonly account: string;
  readonly callerAccount: string | null;
  /** The most specific resource. */
  readonly resource: string | null;
  readonly counterparties: readonly string[];
}

/**
 * Which copies of one action (those with one `sharedEventID`) are counted. The caller's copy counts: the one whose
 * account is the caller's; where the caller is a service or an outsider, the owner's: the one whose account the
 * resource's ARN has, or that another copy lists as the account of its resources (the ARN of a bucket has none); and
 * else the first. All copies in the account that counts do, and a copy that is the only one does.
 *
 * @param copies in an order that does not change when more of them come to be known
 */
export function countedCopies(copies: readonly SharedCopy[]): readonly boolean[] {
  const listed = new Set(copies.flatMap(({ counterparties }) => counterparties));
  const isOwner = ({ account, resource }: SharedCopy): boolean =>
    (resource?.includes(account) ?? false) || listed.has(account);
  const rank = (copy: SharedCopy): number => (copy.callerAccount === copy.account ? 2 : 0) + (isOwner(copy) ? 1 : 0);
  let counting: string | null = null;
  let highest = -1;
  for (const copy of copies) {
    const rankOfCopy = rank(copy);
    if (rankOfCopy <= highest) continue;
    highest = rankOfCopy;
    counting = copy.account;
  }
  return copies.map(({ account }) => account === counting);
}
