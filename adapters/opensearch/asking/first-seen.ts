import type { NoveltyDimension } from "#core/domain/finding.ts";
import { compareText } from "#core/domain/ordering.ts";
import type { TimeWindow } from "#core/domain/time.ts";
import type { FirstSeenRow } from "#core/ports/event-store.ts";
import { EVENT_FIELDS as F, PART_SEPARATOR } from "#core/signals/event-fields.ts";
import type { Dsl } from "#core/signals/query-dsl.ts";
import { byAccount } from "./by-account.ts";
import { EARLIEST_FIRST } from "./occurrences.ts";
import { type Asked, compositeBuckets, termsSource } from "./search.ts";
import { wholeTexts } from "./whole-texts.ts";

/**
 * First uses among all events, or those of a window, read off the values that were indexed with each event. They are
 * answered account by account and the port wants them by time, so that all are held.
 */
export async function firstSeenIn(asked: Asked, window?: TimeWindow): Promise<readonly FirstSeenRow[]> {
  const rows: FirstSeenRow[] = [];
  for await (const some of byAccount(asked, window, (query) => firstUsesAmong(asked, query))) {
    for (const row of await inWords(asked, some)) rows.push(row);
  }
  return rows.sort(
    (a, b) =>
      a.firstTime - b.firstTime ||
      compareText(a.account, b.account) ||
      compareText(a.dimension, b.dimension) ||
      compareText(a.value, b.value),
  );
}

interface FirstUse extends Omit<FirstSeenRow, "dimension" | "value"> {
  /** As indexed: dimension and value. */
  readonly use: string;
}

async function inWords(asked: Asked, uses: readonly FirstUse[]): Promise<readonly FirstSeenRow[]> {
  const wholeUse = await wholeTexts(
    asked,
    F.firsts,
    uses.map(({ use }) => use),
  );
  const wholePrincipal = await wholeTexts(
    asked,
    F.principal,
    uses.map(({ principal }) => principal),
  );
  return uses.map(({ account, use, principal, ...rest }) => {
    const [dimension, value] = wholeUse(use).split(PART_SEPARATOR) as [NoveltyDimension, string];
    return { account, dimension, value, ...rest, principal: wholePrincipal(principal) };
  });
}

async function firstUsesAmong(asked: Asked, query: Dsl): Promise<readonly FirstUse[]> {
  const found: FirstUse[] = [];
  const uses = compositeBuckets(asked, {
    query,
    sources: [termsSource("account", F.account), termsSource("use", F.firsts)],
    aggregations: {
      last: { max: { field: F.time } },
      first: {
        top_hits: {
          size: 1,
          sort: EARLIEST_FIRST,
          _source: false,
          docvalue_fields: [F.signalRegion, F.principal],
        },
      },
    },
    pageSize: 1000,
  });
  for await (const { key, doc_count: events, first, last } of uses) {
    const { sort, fields } = first.hits.hits[0];
    found.push({
      account: key.account,
      use: key.use,
      firstTime: sort[0],
      firstEventId: sort[1],
      region: fields[F.signalRegion][0],
      principal: fields[F.principal][0],
      events,
      lastTime: last.value,
    });
  }
  return found;
}
