import type { FindingFacets, Novelty } from "../domain/finding.ts";
import { severityRank } from "../domain/finding.ts";
import { inOrder } from "../domain/in-order.ts";
import type { PricedUsageEvent } from "../domain/usage-event.ts";
import { EMPTY_FACETS, facetsOf } from "../incidents/facets.ts";
import type { EventStore } from "../ports/event-store.ts";
import type { NoveltyConfig } from "./config.ts";
import type { NoveltyDraft } from "./find-novelties.ts";

const FINDING_EVENT_IDS = 25;

/** First events asked for at once. */
const IDS_PER_QUESTION = 1000;

/** Firsts whose company is looked at, newest first: one question to the store each. */
const MAX_QUESTIONS = 300;

/**
 * Gives drafts their events: the first one for all, what followed it for those that may matter. A first that was
 * followed by a flurry says so.
 */
export async function completeNovelties(
  store: EventStore,
  drafts: readonly NoveltyDraft[],
  config: Pick<NoveltyConfig, "flurry" | "followedWithinHours">,
): Promise<Novelty[]> {
  const firsts = await firstEvents(store, drafts);
  const asked = new Set(
    drafts
      .filter(({ severity }) => severityRank(severity) >= severityRank("low"))
      .slice(-MAX_QUESTIONS)
      .map(({ id }) => id),
  );
  const complete = async (draft: NoveltyDraft): Promise<Novelty> => {
    const { evidenceQuery, ...novelty } = draft;
    const first = firsts.get(draft.firstEventId);
    const alone = { facets: first ? facetsOf([first]) : EMPTY_FACETS, eventIds: [draft.firstEventId] };
    if (!asked.has(draft.id)) return { ...novelty, ...alone };
    const { facets, eventIds } = await store.facets(evidenceQuery);
    const followed = facets.events > 0 ? { facets, eventIds: withFirst(draft.firstEventId, eventIds) } : alone;
    return {
      ...novelty,
      ...followed,
      severityReasons: [...draft.severityReasons, ...flurryReason(facets, config)],
    };
  };
  const novelties: Novelty[] = [];
  for await (const novelty of inOrder(drafts, complete)) novelties.push(novelty);
  return novelties;
}

const withFirst = (first: string, ids: readonly string[]): string[] =>
  [first, ...ids.filter((id) => id !== first)].slice(0, FINDING_EVENT_IDS);

const flurryReason = (
  facets: FindingFacets,
  config: Pick<NoveltyConfig, "flurry" | "followedWithinHours">,
): string[] =>
  facets.events < config.flurry
    ? []
    : [
        `followed by ${facets.events} calls within ${config.followedWithinHours} ${config.followedWithinHours === 1 ? "hour" : "hours"}`,
      ];

async function firstEvents(store: EventStore, drafts: readonly NoveltyDraft[]): Promise<Map<string, PricedUsageEvent>> {
  const ids = [...new Set(drafts.map(({ firstEventId }) => firstEventId))];
  const events = new Map<string, PricedUsageEvent>();
  for (let from = 0; from < ids.length; from += IDS_PER_QUESTION) {
    const some = ids.slice(from, from + IDS_PER_QUESTION);
    for (const event of await store.events({ ids: some }, some.length)) events.set(event.id, event);
  }
  return events;
}
