import type { SignalEntity } from "#core/domain/finding.ts";
import { compareText } from "#core/domain/ordering.ts";
import type { EpochMs, TimeWindow } from "#core/domain/time.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import type { ActiveEntity, DenseRollup, RollupStore } from "#core/ports/rollup-store.ts";
import { allOf, type Dsl, oneOf } from "#core/signals/query-dsl.ts";
import { inWindow } from "./asking/matching-events.ts";
import { type Asked, asking, type Bucket, compositeBuckets, search } from "./asking/search.ts";
import { inOrderOfTexts } from "./asking/text-order.ts";
import { wholeTexts } from "./asking/whole-texts.ts";
import type { OpenSearchConnection } from "./connection.ts";
import { termOf } from "./documents/long-text.ts";
import { rollupDocument, rollupId } from "./documents/rollup-document.ts";
import type { IndexNames } from "./index-names.ts";
import { refresh, writeAll } from "./write-all.ts";

/** Rows a request: the most that a node answers. */
const PAGE_SIZE = 10_000;

/** Dense roll-ups, in the index of their bucket's month. */
export class OpenSearchRollupStore implements RollupStore {
  readonly #connection: OpenSearchConnection;
  readonly #names: IndexNames;
  readonly #now: () => EpochMs;

  constructor(connection: OpenSearchConnection, names: IndexNames, now: () => EpochMs = Date.now) {
    this.#connection = connection;
    this.#names = names;
    this.#now = now;
  }

  async write(rows: Iterable<DenseRollup> | AsyncIterable<DenseRollup>): Promise<void> {
    await writeAll(this.#connection, rows, (row) => ({
      action: "index",
      index: this.#names.rollupsAt(row.bucket),
      id: rollupId(row),
      source: JSON.stringify(rollupDocument(row, this.#now())),
    }));
  }

  async remove(rows: Iterable<RollupRow> | AsyncIterable<RollupRow>): Promise<void> {
    await writeAll(this.#connection, rows, (row) => ({
      action: "delete",
      index: this.#names.rollupsAt(row.bucket),
      id: rollupId(row),
      source: "",
    }));
  }

  async *read(
    window: TimeWindow,
    signals: readonly string[],
    of: Partial<SignalEntity> = {},
  ): AsyncGenerator<RollupRow> {
    const asked = await this.#asked();
    for (const signal of [...new Set(signals)].sort(compareText)) {
      const query = allOf([oneOf("signal", [signal]), inWindow(window), ...having(of)]);
      yield* inOrderOfTexts(rowsOf(asked, signal, query), (a, b) => a.bucket - b.bucket);
    }
  }

  async *active(window: TimeWindow, signals: readonly string[]): AsyncGenerator<ActiveEntity> {
    const asked = await this.#asked();
    yield* inOrderOfTexts(activeIn(asked, window, signals), () => 0);
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

/** One signal's rows, entity by entity. All that a row has but its value stands in what it is sorted by. */
async function* rowsOf(asked: Asked, signal: string, query: Dsl): AsyncGenerator<RollupRow> {
  let after: readonly unknown[] | undefined;
  do {
    const { hits } = await search(asked, {
      size: PAGE_SIZE,
      query,
      _source: false,
      docvalue_fields: ["value"],
      track_total_hits: false,
      sort: ORDER,
      ...(after ? { search_after: after } : {}),
    });
    const rows = hits.hits.map(({ sort, fields }) => ({
      signal,
      entity: entityOf(sort as (string | null)[]),
      bucket: sort.at(-1) as EpochMs,
      value: fields?.["value"]?.[0] as number,
    }));
    yield* await inWords(asked, rows);
    after = hits.hits.length < PAGE_SIZE ? undefined : hits.hits.at(-1)?.sort;
  } while (after);
}

function entityOf([account, region, principal, resource]: readonly (string | null)[]): SignalEntity {
  return {
    account: account as string,
    region: region as string,
    principal: principal ?? null,
    resource: resource ?? null,
  };
}

const ACTIVE_PAGE = 5000;

async function* activeIn(asked: Asked, window: TimeWindow, signals: readonly string[]): AsyncGenerator<ActiveEntity> {
  const source = (field: string): Dsl => ({ [field]: { terms: { field } } });
  const optional = (field: string): Dsl => ({
    [field]: { terms: { field, missing_bucket: true, missing_order: "last" } },
  });
  const buckets = compositeBuckets(asked, {
    query: allOf([oneOf("signal", signals), { range: { value: { gt: 0 } } }, inWindow(window)]),
    sources: [source("signal"), source("account"), source("region"), optional("principal"), optional("resource")],
    aggregations: { last: { max: { field: "@timestamp" } } },
    pageSize: ACTIVE_PAGE,
  });
  let page: ActiveEntity[] = [];
  for await (const bucket of buckets) {
    page.push(activeOf(bucket));
    if (page.length === ACTIVE_PAGE) {
      yield* await inWords(asked, page);
      page = [];
    }
  }
  yield* await inWords(asked, page);
}

const activeOf = ({ key, last }: Bucket): ActiveEntity => ({
  signal: key.signal,
  entity: { account: key.account, region: key.region, principal: key.principal, resource: key.resource },
  lastBucket: last.value,
});

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
