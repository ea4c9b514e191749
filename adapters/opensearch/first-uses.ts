import { createHash } from "node:crypto";
import { TrailwatchError } from "#core/domain/errors.ts";
import { compareText } from "#core/domain/ordering.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { FirstUse, FirstUses } from "#core/ports/first-uses.ts";
import { allOf, type Dsl } from "#core/signals/query-dsl.ts";
import { asking, search } from "./asking/search.ts";
import type { OpenSearchConnection } from "./connection.ts";
import type { BulkItem } from "./documents/bulk-request.ts";
import { type LongTexts, lengthened, shortened } from "./documents/long-text.ts";
import type { IndexNames } from "./index-names.ts";
import { refresh, writeAll } from "./write-all.ts";

/** Uses a request. */
const AT_ONCE = 1000;
/** The most that a node answers. */
const PAGE_SIZE = 10_000;
/** Writers meet only where two see the same value for the first time. */
const ATTEMPTS = 10;
const ID_BYTES = 16;

/** First uses, kept when the events that they came from are deleted. Several writers at once are as good as one. */
export class OpenSearchFirstUses implements FirstUses {
  readonly #connection: OpenSearchConnection;
  readonly #index: string;
  readonly #now: () => EpochMs;

  constructor(connection: OpenSearchConnection, names: IndexNames, now: () => EpochMs = Date.now) {
    this.#connection = connection;
    this.#index = names.firstUses;
    this.#now = now;
  }

  /**
   * Resolves with what is kept now for each value, in the order of the uses: where that is the event that was given, it is
   * the first, and it is so again when it comes again. Rejects with TrailwatchError `OPENSEARCH_BUSY` where other writers
   * keep changing the same values.
   */
  async keep(uses: readonly FirstUse[]): Promise<readonly FirstUse[]> {
    const kept: FirstUse[] = [];
    for (let at = 0; at < uses.length; at += AT_ONCE)
      kept.push(...(await this.#keepSome(uses.slice(at, at + AT_ONCE))));
    return kept;
  }

  /**
   * What was kept before is read, whoever kept it; of what is kept meanwhile some. A use's account, dimension and value
   * stay the same for good, so that none is passed over when others are written between two pages.
   */
  async *read(writtenSince?: EpochMs): AsyncGenerator<FirstUse> {
    await refresh(this.#connection, this.#index);
    const asked = asking(this.#connection, this.#index);
    const query = writtenSince === undefined ? allOf([]) : keptSince(writtenSince);
    let after: readonly unknown[] | undefined;
    do {
      const { hits } = await search(asked, {
        size: PAGE_SIZE,
        query,
        _source: { excludes: ["written_at"] },
        track_total_hits: false,
        sort: KEY.map((field) => ({ [field]: { order: "asc", unmapped_type: "keyword" } })),
        ...(after ? { search_after: after } : {}),
      });
      for (const { _source } of hits.hits) yield useFrom(_source as FirstUseDocument);
      after = hits.hits.length < PAGE_SIZE ? undefined : hits.hits.at(-1)?.sort;
    } while (after);
  }

  async #keepSome(uses: readonly FirstUse[]): Promise<readonly FirstUse[]> {
    const ids = uses.map(idOf);
    const earliest = new Map<string, FirstUse>();
    for (const [at, use] of uses.entries()) {
      const id = ids[at] as string;
      earliest.set(id, earlier(earliest.get(id), use));
    }
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const there = await this.#read([...earliest.keys()]);
      const changes: BulkItem[] = [];
      for (const [id, use] of earliest) {
        const before = there.get(id);
        const first = earlier(before?.use, use);
        earliest.set(id, first);
        if (first !== before?.use) changes.push(this.#write(id, first, before));
      }
      const conflicts = await writeAll(this.#connection, changes, (item) => item);
      if (conflicts === 0) return ids.map((id) => earliest.get(id) as FirstUse);
    }
    throw new TrailwatchError(
      "OPENSEARCH_BUSY",
      `first uses in ${this.#index} are being written by others`,
      "Try again: what is kept already stays.",
    );
  }

  /** As they are at this moment, whether they can be found yet or not. */
  async #read(ids: readonly string[]): Promise<ReadonlyMap<string, KeptUse>> {
    const { body, status } = await this.#connection.send("POST", `/${this.#index}/_mget`, {
      body: { ids },
      allow: [404],
    });
    const kept = new Map<string, KeptUse>();
    for (const { _id, found, _source, _seq_no, _primary_term } of status === 404 ? [] : body.docs) {
      if (found) kept.set(_id, { use: useFrom(_source), seqNo: _seq_no, primaryTerm: _primary_term });
    }
    return kept;
  }

  #write(id: string, use: FirstUse, before: KeptUse | undefined): BulkItem {
    const item = { index: this.#index, id, source: JSON.stringify({ ...documentOf(use), written_at: this.#now() }) };
    return before
      ? { ...item, action: "index", ifSeqNo: before.seqNo, ifPrimaryTerm: before.primaryTerm }
      : { ...item, action: "create" };
  }
}

/** What no two of them have the same. */
const KEY = ["account", "dimension", "value"] as const;

const keptSince = (time: EpochMs): Dsl => ({ range: { written_at: { gte: Math.ceil(time), format: "epoch_millis" } } });

interface KeptUse {
  readonly use: FirstUse;
  readonly seqNo: number;
  readonly primaryTerm: number;
}

const idOf = ({ account, dimension, value }: FirstUse): string =>
  createHash("sha256")
    .update(JSON.stringify([account, dimension, value]))
    .digest()
    .subarray(0, ID_BYTES)
    .toString("base64url");

/** The first of the two where they are of the same event. */
function earlier(one: FirstUse | undefined, other: FirstUse): FirstUse {
  if (!one) return other;
  return (other.firstTime - one.firstTime || compareText(other.firstEventId, one.firstEventId)) < 0 ? other : one;
}

interface FirstUseDocument {
  readonly "@timestamp": EpochMs;
  readonly account: string;
  readonly dimension: FirstUse["dimension"];
  readonly value: string;
  readonly first_event_id: string;
  readonly region: string;
  readonly principal: string;
  /** What fields have the beginning of. */
  readonly long?: LongTexts;
}

function documentOf(use: FirstUse): FirstUseDocument {
  const fields = {
    "@timestamp": use.firstTime,
    account: use.account,
    dimension: use.dimension,
    value: use.value,
    first_event_id: use.firstEventId,
    region: use.region,
    principal: use.principal,
  };
  const short = shortened(fields);
  return short ? { ...short.fields, long: short.long } : fields;
}

function useFrom({ long = {}, ...stored }: FirstUseDocument): FirstUse {
  const { "@timestamp": firstTime, first_event_id: firstEventId, ...rest } = lengthened(stored, long);
  const { account, dimension, value, region, principal } = rest;
  return { account, dimension, value, firstTime, firstEventId, region, principal };
}
