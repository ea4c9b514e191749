import type { Novelty } from "../domain/finding.ts";
import { type EpochMs, HOUR, type TimeWindow } from "../domain/time.ts";
import { completeNovelties } from "../novelty/complete-novelties.ts";
import { findNovelties, type NoveltyContext, type NoveltyDraft } from "../novelty/find-novelties.ts";
import type { EventStore } from "../ports/event-store.ts";
import type { SubjectFindings } from "../ports/finding-store.ts";
import { canonical } from "../use-cases/kept-incidents.ts";
import type { FindingCache } from "./finding-cache.ts";
import type { HeldFirstUses } from "./held-first-uses.ts";
import { isOfKind, subjectOf } from "./subjects.ts";
import { overlapsAny } from "./time-windows.ts";

export interface NoveltyWatchContext extends NoveltyContext {
  readonly store: EventStore;
  readonly keptSince: EpochMs;
  readonly now: EpochMs;
}

/**
 * The firsts of the last days that are news, by all first uses there are: those that are new, that an earlier use or another
 * account's shows in another light, and those after which something came in. A first that is no news any more is taken
 * back. A finding's id does not depend on when its first use was.
 */
export class HeldNovelties {
  #known = "";
  #drafts: ReadonlyMap<string, NoveltyDraft> = new Map();

  /**
   * Sets of findings to put in the place of those that are kept.
   * @param arrived windows that events came into
   */
  async sets(
    firstUses: HeldFirstUses,
    cache: FindingCache,
    arrived: readonly TimeWindow[],
    context: NoveltyWatchContext,
  ): Promise<readonly SubjectFindings[]> {
    const isNews = this.#look(firstUses, context);
    const followed = (draft: NoveltyDraft): boolean => overlapsAny(followedWithin(draft, context), arrived);
    const open = [...this.#drafts].filter(
      ([subject, draft]) => followed(draft) || (isNews && cache.get(subject)?.memo !== textOf(draft)),
    );
    // In the order of all drafts, by time.
    const drafts = open.map(([, draft]) => draft);
    const completed = await completeNovelties(context.store, drafts, context.config);
    const byId = new Map(completed.map((novelty) => [novelty.id, novelty]));
    const sets = open.map(
      ([subject, draft]): SubjectFindings => ({
        subject,
        findings: [byId.get(draft.id) as Novelty],
        memo: textOf(draft),
      }),
    );
    return isNews ? [...sets, ...this.#takenBack(cache)] : sets;
  }

  /** Judges all first uses again where there are others than before, or other accounts. */
  #look(firstUses: HeldFirstUses, context: NoveltyWatchContext): boolean {
    const accounts = context.coverage.map(({ account, first }) => `${account} ${first}`);
    const known = [firstUses.version, ...accounts].join(",");
    if (known === this.#known) return false;
    this.#known = known;
    const drafts = findNovelties(firstUses.all(), context).filter(({ window }) => window.end >= context.keptSince);
    this.#drafts = new Map(
      drafts.map((draft) => [subjectOf("novelty", draft.account, draft.dimension, draft.value), draft]),
    );
    return true;
  }

  #takenBack(cache: FindingCache): readonly SubjectFindings[] {
    return [...cache.sets]
      .filter(
        ({ subject, findings }) => isOfKind(subject, "novelty") && findings.length > 0 && !this.#drafts.has(subject),
      )
      .map(({ subject }) => ({ subject, findings: [], memo: null }));
  }
}

const textOf = ({ evidenceQuery: _, ...draft }: NoveltyDraft): string => canonical(draft);

/** When what follows a first is looked at. */
const followedWithin = ({ firstTime }: NoveltyDraft, { config }: NoveltyWatchContext): TimeWindow => ({
  start: firstTime,
  end: firstTime + config.followedWithinHours * HOUR,
});
