import { inOrder } from "#core/domain/in-order.ts";
import { DAY, type EpochMs, HOUR, type TimeWindow } from "#core/domain/time.ts";
import type { ActiveEntity } from "#core/ports/rollup-store.ts";
import { compareSeries } from "#core/signals/order.ts";
import { allOf, type Dsl, oneOf } from "#core/signals/query-dsl.ts";
import { inWindow } from "./asking/matching-events.ts";
import { type Asked, type Bucket, compositeBuckets } from "./asking/search.ts";
import type { OpenSearchConnection } from "./connection.ts";
import type { IndexNames } from "./index-names.ts";

/** Entities of a block of time, by signal and terms as they are indexed. */
type Active = ReadonlyMap<string, ActiveEntity>;

/**
 * Who counted something in a window. Whoever rolls up asks it again and again of two weeks that end a little later each
 * time: so whole days, and whole hours of the last one, are held as they were answered. What is written to them is seen,
 * whoever wrote it: a shard numbers its writes, and an index that has another number than after the last write of one's
 * own is asked anew.
 */
export class ActiveEntities {
  readonly #connection: OpenSearchConnection;
  readonly #names: IndexNames;
  readonly #held = new Map<string, Block>();
  #versions: ReadonlyMap<string, string> = new Map();

  constructor(connection: OpenSearchConnection, names: IndexNames) {
    this.#connection = connection;
    this.#names = names;
  }

  /** In the order of their terms. */
  async in(asked: Asked, window: TimeWindow, signals: readonly string[]): Promise<readonly ActiveEntity[]> {
    if (window.end - window.start > LONGEST) return [...(await ask(asked, window, signals)).values()];
    await this.#forgetChanged();
    this.#forgetBefore(window.start);
    const last = new Map<string, ActiveEntity>();
    const answers = inOrder(blocksIn(window), (block) => this.#activeIn(asked, block, signals));
    for await (const active of answers) {
      for (const [key, entity] of active) if (entity.lastBucket >= window.start) last.set(key, entity);
    }
    return [...last.values()].sort(compareSeries);
  }

  /** Does what changes the buckets; nothing that is held of them is answered any more. */
  async changing<Result>(work: (note: (bucket: EpochMs) => void) => Promise<Result>): Promise<Result> {
    await this.#forgetChanged();
    const hours = new Set<EpochMs>();
    const result = await work((bucket) => void hours.add(startOf(bucket, HOUR)));
    for (const [key, { start, end }] of this.#held) {
      if ([...hours].some((hour) => hour >= start && hour < end)) this.#held.delete(key);
    }
    this.#versions = await this.#readVersions();
    return result;
  }

  async #activeIn(asked: Asked, { start, end, whole }: Span, signals: readonly string[]): Promise<Active> {
    const key = JSON.stringify([start, end, signals]);
    const held = this.#held.get(key);
    if (held) return held.active;
    const active = await ask(asked, { start, end }, signals);
    if (whole) this.#held.set(key, { start, end, active });
    return active;
  }

  async #forgetChanged(): Promise<void> {
    const versions = await this.#readVersions();
    for (const [key, { start }] of this.#held) {
      const index = this.#names.rollupsAt(start);
      if (versions.get(index) !== this.#versions.get(index)) this.#held.delete(key);
    }
    this.#versions = versions;
  }

  #forgetBefore(time: EpochMs): void {
    for (const [key, { start }] of this.#held) if (start + DAY < time - KEPT_BEFORE) this.#held.delete(key);
  }

  /** Of every index the number of its last write, and which index it is: another may have been made by its name. */
  async #readVersions(): Promise<ReadonlyMap<string, string>> {
    const { body } = await this.#connection.send("GET", `/${this.#names.rollups}/_stats/docs`, {
      query: { level: "shards", filter_path: "indices.*.uuid,indices.*.shards.*.routing,indices.*.shards.*.seq_no" },
    });
    const indices = Object.entries<IndexStats>(body?.indices ?? {});
    return new Map(indices.map(([index, { uuid, shards }]) => [index, `${uuid} ${writesIn(shards)}`]));
  }
}

interface Block extends TimeWindow {
  readonly active: Active;
}

/** Longer windows are nobody's who asks again. */
const LONGEST = 31 * DAY;

/** What came late is asked about with the time before it: held for so long beyond the newest window. */
const KEPT_BEFORE = DAY;

interface IndexStats {
  readonly uuid: string;
  readonly shards: Readonly<Record<string, readonly ShardStats[]>>;
}

interface ShardStats {
  readonly routing: { readonly primary: boolean };
  readonly seq_no: { readonly max_seq_no: number };
}

const writesIn = (shards: IndexStats["shards"]): number =>
  Object.values(shards)
    .flat()
    .reduce((sum, { routing, seq_no }) => sum + (routing.primary ? seq_no.max_seq_no : 0), 0);

interface Span extends TimeWindow {
  /** A whole day or hour: worth holding. */
  readonly whole: boolean;
}

const startOf = (time: EpochMs, unit: EpochMs): EpochMs => Math.floor(time / unit) * unit;

/** Days, the first of them whole though the window begins in it; then hours of the day in which it ends, and what is left. */
function* blocksIn({ start, end }: TimeWindow): Generator<Span> {
  if (start >= end) return;
  const lastDay = startOf(end, DAY);
  const lastHour = startOf(end, HOUR);
  for (let day = startOf(start, DAY); day < lastDay; day += DAY) yield { start: day, end: day + DAY, whole: true };
  const first = Math.max(lastDay, startOf(start, HOUR));
  for (let hour = first; hour < lastHour; hour += HOUR) yield { start: hour, end: hour + HOUR, whole: true };
  if (lastHour < end) yield { start: lastHour, end, whole: false };
}

const PAGE_SIZE = 5000;

/** Of what is rolled up that which is no zero. */
export const ABOVE_ZERO: Dsl = { range: { value: { gt: 0 } } };

async function ask(asked: Asked, window: TimeWindow, signals: readonly string[]): Promise<Active> {
  const source = (field: string): Dsl => ({ [field]: { terms: { field } } });
  const optional = (field: string): Dsl => ({
    [field]: { terms: { field, missing_bucket: true, missing_order: "last" } },
  });
  const active = new Map<string, ActiveEntity>();
  for await (const bucket of compositeBuckets(asked, {
    query: allOf([oneOf("signal", signals), ABOVE_ZERO, inWindow(window)]),
    sources: [source("signal"), source("account"), source("region"), optional("principal"), optional("resource")],
    aggregations: { last: { max: { field: "@timestamp" } } },
    pageSize: PAGE_SIZE,
  })) {
    active.set(JSON.stringify(Object.values(bucket["key"])), activeOf(bucket));
  }
  return active;
}

const activeOf = ({ key, last }: Bucket): ActiveEntity => ({
  signal: key.signal,
  entity: { account: key.account, region: key.region, principal: key.principal, resource: key.resource },
  lastBucket: last.value,
});
