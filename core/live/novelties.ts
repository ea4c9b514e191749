import type { Novelty } from "../domain/finding.ts";
import { BUCKET, type EpochMs, HOUR, MINUTE } from "../domain/time.ts";
import { completeNovelties } from "../novelty/complete-novelties.ts";
import { findNovelties, type NoveltyContext, type NoveltyDraft } from "../novelty/find-novelties.ts";
import type { EventStore } from "../ports/event-store.ts";
import type { SubjectFindings } from "../ports/finding-store.ts";
import { canonical } from "../use-cases/kept-incidents.ts";
import type { FindingCache } from "./finding-cache.ts";
import type { HeldFirstUses } from "./held-first-uses.ts";
import { isOfKind, subjectOf } from "./subjects.ts";

export interface NoveltyWatchContext extends NoveltyContext {
  readonly store: EventStore;
  readonly latenessMinutes: number;
  readonly keptSince: EpochMs;
  readonly now: EpochMs;
}

/** Of the draft that was completed; `final` once nothing can follow the first any more. */
interface Memo {
  readonly draft: string;
  readonly final: boolean;
}

/**
 * The firsts of the last days that are news, by all first uses there are: those that are new, that an earlier use or another
 * account's shows in another light, and those that something may still follow. A first that is no news any more is taken
 * back. A finding's id does not depend on when its first use was.
 */
export class HeldNovelties {
  #known = "";
  #drafts: ReadonlyMap<string, NoveltyDraft> = new Map();
  /** Not completed for good yet. */
  readonly #open = new Set<string>();

  /** Sets of findings to put in the place of those that are kept. */
  async sets(
    firstUses: HeldFirstUses,
    cache: FindingCache,
    context: NoveltyWatchContext,
  ): Promise<readonly SubjectFindings[]> {
    const news = this.#look(firstUses, cache, context);
    const open = [...this.#open].map((subject) => [subject, this.#drafts.get(subject) as NoveltyDraft] as const);
    const drafts = open.map(([, draft]) => draft).sort((a, b) => a.firstTime - b.firstTime || (a.id < b.id ? -1 : 1));
    const completed = await completeNovelties(context.store, drafts, context.config);
    const byId = new Map(completed.map((novelty) => [novelty.id, novelty]));
    const sets = open.map(([subject, draft]): SubjectFindings => {
      const final = followedUntil(draft, context) <= context.now;
      if (final) this.#open.delete(subject);
      const memo: Memo = { draft: textOf(draft), final };
      return { subject, findings: [byId.get(draft.id) as Novelty], memo: JSON.stringify(memo) };
    });
    return news ? [...sets, ...this.#takenBack(cache)] : sets;
  }

  /** Judges all first uses again where there are others than before, or other accounts. */
  #look(firstUses: HeldFirstUses, cache: FindingCache, context: NoveltyWatchContext): boolean {
    const accounts = context.coverage.map(({ account, first }) => `${account} ${first}`);
    const known = [firstUses.version, ...accounts].join(",");
    if (known === this.#known) return false;
    this.#known = known;
    const drafts = findNovelties(firstUses.all(), context).filter(({ window }) => window.end >= context.keptSince);
    this.#drafts = new Map(
      drafts.map((draft) => [subjectOf("novelty", draft.account, draft.dimension, draft.value), draft]),
    );
    this.#open.clear();
    for (const [subject, draft] of this.#drafts) {
      if (!isDone(cache.get(subject)?.memo ?? null, draft)) this.#open.add(subject);
    }
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

function isDone(memo: string | null, draft: NoveltyDraft): boolean {
  if (memo === null) return false;
  const before = JSON.parse(memo) as Memo;
  return before.final && before.draft === textOf(draft);
}

const textOf = ({ evidenceQuery: _, ...draft }: NoveltyDraft): string => canonical(draft);

/** When all that followed a first has been delivered. */
const followedUntil = ({ firstTime }: NoveltyDraft, { config, latenessMinutes }: NoveltyWatchContext): EpochMs =>
  firstTime + config.followedWithinHours * HOUR + latenessMinutes * MINUTE + BUCKET;
