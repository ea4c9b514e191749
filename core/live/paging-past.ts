import type { BudgetPast, Candidate } from "../budget/budget.ts";
import type { IncidentDraft } from "../domain/incident.ts";
import type { KeptIncident } from "../ports/live-incidents.ts";

/**
 * What an alert budget has been spent on, for the drafts of now: what was decided of incidents that have become a draft,
 * under whatever id, was decided of it; what turned out to be nothing before anybody was told of it cost nothing.
 *
 * @param keptOf what each draft was before, by the draft's id
 * @param gone kept, and part of no draft any more
 */
export function pagingPast(
  drafts: readonly IncidentDraft[],
  keptOf: ReadonlyMap<string, readonly KeptIncident[]>,
  gone: Iterable<KeptIncident>,
  earlier: readonly Candidate[],
): Pick<BudgetPast, "earlier" | "told" | "silent"> {
  const idsOf = ({ draft, formerIds }: KeptIncident): readonly string[] => [draft.id, ...formerIds];
  const now = new Map([...keptOf].flatMap(([id, kept]) => kept.flatMap(idsOf).map((former) => [former, id] as const)));
  const unsaid = new Set([...gone].filter(({ said }) => said === null).flatMap(idsOf));
  const told = new Set([...keptOf].filter(([, kept]) => kept.some(({ said }) => said !== null)).map(([id]) => id));
  return {
    earlier: earlier.filter(({ id }) => !unsaid.has(id)).map((one) => ({ ...one, id: now.get(one.id) ?? one.id })),
    told,
    silent: new Set(drafts.filter(({ id, state }) => state === "closed" && !told.has(id)).map(({ id }) => id)),
  };
}
