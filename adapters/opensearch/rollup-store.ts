import type { SignalEntity } from "#core/domain/finding.ts";
import { compareText } from "#core/domain/ordering.ts";
import type { EpochMs, TimeWindow } from "#core/domain/time.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import type { ActiveEntity, DenseRollup, RollupStore } from "#core/ports/rollup-store.ts";
import { allOf, type Dsl, oneOf } from "#core/signals/query-dsl.ts";
import { ABOVE_ZERO, ActiveEntities } from "./active-entities.ts";
import { inWindow } from "./asking/matching-events.ts";
import { type Asked, asking, type SearchAnswer, search, searchEach } from "./asking/search.ts";
import { inOrderOfTexts } from "./asking/text-order.ts";
import { wholeTexts } from "./asking/whole-texts.ts";
import type { OpenSearchConnection } from "./connection.ts";
import type { BulkItem } from "./documents/bulk-request.ts";
import { termOf } from "./documents/long-text.ts";
import { rollupDocument, rollupId } from "./documents/rollup-document.ts";
import type { IndexNames } from "./index-names.ts";
import { refresh, writeAll } from "./write-all.ts";

/** Signals a request: each is a search. */
const AT_ONCE = 50;
/** Rows of each signal with the first request: all there are in a narrow window, mostly. */
const FIRST_PAGE = 1000;
/** Rows of each further request: the most that a node answers. */
const PAGE_SIZE = 10_000;

/** Dense roll-ups, in the index of their bucket's month. */
export class OpenSearchRollupStore implements RollupStore {
  readonly #connection: OpenSearchConnection;
  readonly #names: IndexNames;
  readonly #now: () => EpochMs;
  readonly #active: ActiveEntities;

  constructor(connection: OpenSearchConnection, names: IndexNames, now: () => EpochMs = Date.now) {
    this.#connection = connection;
    this.#names = names;
    this.#now = now;
    this.#active = new ActiveEntities(connection, names);
  }

  async write(rows: Iterable<DenseRollup> | AsyncIterable<DenseRollup>): Promise<void> {
    await this.#change(rows, (row) => ({
      action: "index",
      index: this.#names.rollupsAt(row.bucket),
      id: rollupId(row),
      source: JSON.stringify(rollupDocument(row, this.#now())),
    }));
  }

  async remove(rows: Iterable<RollupRow> | AsyncIterable<RollupRow>): Promise<void> {
    await this.#change(rows, (row) => ({
      action: "delete",
      index: this.#names.rollupsAt(row.bucket),
      id: rollupId(row),
      source: "",
    }));
  }

  read(window: TimeWindow, signals: readonly string[]): AsyncIterable<RollupRow> {
    return this.#rows(signals, [inWindow(window)]);
  }

  counts(window: TimeWindow, signals: readonly string[], of: Partial<SignalEntity> = {}): AsyncIterable<RollupRow> {
    return this.#rows(signals, [inWindow(window), ABOVE_ZERO, ...having(of)]);
  }

  async *#rows(signals: readonly string[], clauses: readonly Dsl[]): AsyncGenerator<RollupRow> {
    const asked = await this.#asked();
    const ordered = [...new Set(signals)].sort(compareText);
    for (let at = 0; at < ordered.length; at += AT_ONCE) {
      const questions = ordered.slice(at, at + AT_ONCE).map((signal) => ({
        signal,
        query: allOf([oneOf("signal", [signal]), ...clauses]),
      }));
      const answers = await searchEach(
        asked,
        questions.map(({ query }) => pageOf(query, FIRST_PAGE)),
      );
      for (const [place, question] of questions.entries()) {
        const rows = rowsOf(asked, question, answers[place] as SearchAnswer);
        yield* inOrderOfTexts(rows, (a, b) => a.bucket - b.bucket);
      }
    }
  }

  async *active(window: TimeWindow, signals: readonly string[]): AsyncGenerator<ActiveEntity> {
    const asked = await this.#asked();
    yield* inOrderOfTexts(await inWords(asked, await this.#active.in(asked, window, signals)), () => 0);
  }

  async #change<Row extends RollupRow>(
    rows: Iterable<Row> | AsyncIterable<Row>,
    itemOf: (row: Row) => BulkItem,
  ): Promise<void> {
    await this.#active.changing((note) =>
      writeAll(this.#connection, rows, (row) => {
        note(row.bucket);
        return itemOf(row);
      }),
    );
  }

  /** What was written before is in the answer, whoever wrote it. */
  async #asked(): Promise<Asked> {
    await refresh(this.#connection, this.#names.rollups);
    return asking(this.#connection, this.#names.rollups);
  }
}

const ENTITY = ["account", "region", "principal", "resource"] as const;

/** `null` comes last, as in every order of the core. */
const ORDER = [
  ...ENTITY.map((field) => ({ [field]: { order: "asc", missing: "_last", unmapped_type: "keyword" } })),
  { "@timestamp": { order: "asc", unmapped_type: "date" } },
];

/** A member that an entity does not have is no field of its document. */
const having = (of: Partial<SignalEntity>): readonly Dsl[] =>
  ENTITY.flatMap((field) => {
    const value = of[field];
    if (value === undefined) return [];
    return value === null ? { bool: { must_not: { exists: { field } } } } : { term: { [field]: termOf(value) } };
  });

/** All that a row has but its value stands in what it is sorted by. */
const pageOf = (query: Dsl, size: number, after?: readonly unknown[]): Dsl => ({
  size,
  query,
  _source: false,
  docvalue_fields: ["value"],
  track_total_hits: false,
  sort: ORDER,
  ...(after ? { search_after: after } : {}),
});

/** One signal's rows, entity by entity. */
async function* rowsOf(
  asked: Asked,
  { signal, query }: { readonly signal: string; readonly query: Dsl },
  first: SearchAnswer,
): AsyncGenerator<RollupRow> {
  let page = first.hits.hits;
  let size = FIRST_PAGE;
  for (;;) {
    const rows = page.map(({ sort, fields }) => ({
      signal,
      entity: entityOf(sort as (string | null)[]),
      bucket: sort.at(-1) as EpochMs,
      value: fields?.["value"]?.[0] as number,
    }));
    yield* await inWords(asked, rows);
    if (page.length < size) return;
    const after = page.at(-1)?.sort;
    size = PAGE_SIZE;
    page = (await search(asked, pageOf(query, size, after))).hits.hits;
  }
}

function entityOf([account, region, principal, resource]: readonly (string | null)[]): SignalEntity {
  return {
    account: account as string,
    region: region as string,
    principal: principal ?? null,
    resource: resource ?? null,
  };
}

async function inWords<Row extends { readonly entity: SignalEntity }>(
  asked: Asked,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const wholeOf = (field: "principal" | "resource") =>
    wholeTexts(
      asked,
      field,
      rows.flatMap(({ entity }) => entity[field] ?? []),
      "long",
    );
  const principal = await wholeOf("principal");
  const resource = await wholeOf("resource");
  return rows.map((row) => ({
    ...row,
    entity: {
      ...row.entity,
      principal: row.entity.principal === null ? null : principal(row.entity.principal),
      resource: row.entity.resource === null ? null : resource(row.entity.resource),
    },
  }));
}
