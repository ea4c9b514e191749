import { severityRank } from "../domain/finding.ts";
import type { LiveIncident, Said } from "../ports/live-incidents.ts";

/**
 * What there is to say of an incident now, by what was said last; `null` for nothing. A page says that it was opened, that
 * it has become graver or reaches further accounts, and that it is over: not that it goes on. What was over before
 * anybody could be told is nobody's to be woken for.
 */
export function occasionOf(
  { draft, said, withdrawnAt }: Pick<LiveIncident, "draft" | "said" | "withdrawnAt">,
  { sayClosed }: { readonly sayClosed: boolean },
): Said["occasion"] | null {
  const isOver = draft.state === "closed" || withdrawnAt !== null;
  if (!said) return draft.paging.paged && !isOver ? "opened" : null;
  if (isOver) return sayClosed && said.occasion !== "closed" ? "closed" : null;
  if (!draft.paging.paged) return null;
  const isGraver = severityRank(draft.severity) > severityRank(said.severity);
  const reachesFurther = draft.accounts.some(({ id }) => !said.accounts.includes(id));
  return isGraver || reachesFurther || said.occasion === "closed" ? "updated" : null;
}

/**
 * Whether what was said last is still so: a channel that did not take it then is told it only as long as it is. That an
 * incident was opened is no news once it is over, or nobody's to be woken for any more.
 */
export function stillHolds({
  draft,
  said,
  withdrawnAt,
}: Pick<LiveIncident, "draft" | "said" | "withdrawnAt">): boolean {
  const isOver = draft.state === "closed" || withdrawnAt !== null;
  return said?.occasion === "closed" ? isOver : !isOver && draft.paging.paged;
}

/** What was said of two incidents that have become one: all that people know of it. */
export function saidTogether(a: Said | null, b: Said | null): Said | null {
  if (!a || !b) return a ?? b;
  const [last, other] = a.at >= b.at ? [a, b] : [b, a];
  const graver = severityRank(other.severity) > severityRank(last.severity) ? other.severity : last.severity;
  return {
    ...last,
    // Over is what both are.
    occasion: last.occasion === "closed" && other.occasion !== "closed" ? other.occasion : last.occasion,
    severity: graver,
    accounts: [...new Set([...last.accounts, ...other.accounts])].sort(),
  };
}
