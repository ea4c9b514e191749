import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { Dsl } from "#core/signals/query-dsl.ts";
import type { OpenSearchConnection } from "../connection.ts";
import { opensearchError } from "../errors.ts";

/** What may be asked for: an index or a pattern of several. One that does not exist has no documents. */
export interface Asked {
  readonly connection: OpenSearchConnection;
  readonly index: string;
  /**
   * The same for all requests of one question, so that they go to the same copies of the shards: another copy may have
   * seen another part of what was written last.
   */
  readonly preference: string;
}

export const asking = (connection: OpenSearchConnection, index: string): Asked => ({
  connection,
  index,
  preference: randomUUID(),
});

export interface Hit {
  readonly _id: string;
  readonly _source: unknown;
  readonly sort: readonly unknown[];
  /** Where they were asked for. */
  readonly fields?: Readonly<Record<string, readonly unknown[]>>;
  readonly _seq_no?: number;
  readonly _primary_term?: number;
}

// biome-ignore lint/suspicious/noExplicitAny: the shape follows from the aggregations that were asked for
export type Bucket = Readonly<Record<string, any>> & { readonly doc_count: number };

export interface SearchAnswer {
  readonly hits: { readonly total?: { readonly value: number }; readonly hits: readonly Hit[] };
  // biome-ignore lint/suspicious/noExplicitAny: the shape follows from the aggregations that were asked for
  readonly aggregations?: Readonly<Record<string, any>>;
}

/**
 * One search over everything or none: an answer that lacks a shard would be a smaller count, so that it is an error here
 * (`OPENSEARCH_BUSY`, `OPENSEARCH_FAILED`).
 */
export async function search({ connection, index, preference }: Asked, body: Dsl): Promise<SearchAnswer> {
  const [answer] = await whole(index, async () => {
    const { body: answered } = await connection.send("POST", `/${index}/_search`, {
      query: { ...WHOLE, preference },
      body,
    });
    return [answered];
  });
  return answer as SearchAnswer;
}

/** Several searches in one request, answered in their order; the node decides how many of them run at once. */
export async function searchEach(
  { connection, index, preference }: Asked,
  bodies: readonly Dsl[],
): Promise<readonly SearchAnswer[]> {
  if (bodies.length === 0) return [];
  const header = JSON.stringify({ index, preference, ...WHOLE });
  const lines = bodies.map((each) => `${header}\n${JSON.stringify(each)}\n`).join("");
  return whole(index, async () => (await connection.send("POST", "/_msearch", { lines })).body.responses);
}

const WHOLE = { allow_partial_search_results: false, ignore_unavailable: true } as const;

/** An index that was just made has its shards within a second; one that is being restored, when they are copied. */
const PAUSES_MS = [100, 400, 1500];

/** Asked again a few times where a shard was not there yet. */
async function whole(index: string, ask: () => Promise<readonly NodeAnswer[]>): Promise<readonly SearchAnswer[]> {
  for (const pause of PAUSES_MS) {
    const answers = await ask();
    if (!answers.some((answer) => answer.status === 503 || lacksShards(answer)))
      return answers.map((answer) => complete(answer, index));
    await wait(pause);
  }
  return (await ask()).map((answer) => complete(answer, index));
}

/** Either an error, or an answer with shards. */
type NodeAnswer = SearchAnswer & {
  readonly error?: unknown;
  readonly status?: number;
  readonly timed_out?: boolean;
  readonly _shards?: { readonly total: number; readonly successful: number; readonly failed: number };
};

/**
 * A shard that a node is still recovering is neither failed nor successful: it is left out without a word, although the
 * node was told to answer for all or none. (One that is on no node yet is an error, with status 503.)
 */
const lacksShards = ({ _shards }: NodeAnswer): boolean =>
  _shards !== undefined && _shards.successful + _shards.failed < _shards.total;

function complete(answer: NodeAnswer, index: string): SearchAnswer {
  if (answer.error) {
    throw opensearchError({ status: answer.status ?? 500, body: answer }, `a search of ${index}`);
  }
  if (answer.timed_out) throw failed(`a search of ${index} ran out of time on the cluster`, answer);
  const { total = 0, successful = 0, failed: lost = 0 } = answer._shards ?? {};
  if (lost > 0) throw failed(`${lost} of ${total} shards did not answer a search of ${index}`, answer);
  if (lacksShards(answer)) {
    throw new TrailwatchError(
      "OPENSEARCH_BUSY",
      `${total - successful} of ${total} shards of ${index} are still being recovered`,
      "Try again later; GET _cat/recovery?active_only=true tells how far they are.",
      { cause: answer },
    );
  }
  return answer;
}

const failed = (message: string, cause: unknown): TrailwatchError =>
  new TrailwatchError(
    "OPENSEARCH_FAILED",
    message,
    "Look at the cluster's health (`GET _cluster/health`) and logs, then try again.",
    { cause },
  );

export interface CompositeQuestion {
  readonly query: Dsl;
  readonly sources: readonly Dsl[];
  readonly aggregations?: Dsl;
  /** Buckets a request; a node refuses more than 65,535. */
  readonly pageSize?: number;
}

/** Few enough for an answer of some megabytes. */
const PAGE_SIZE = 5000;

/**
 * Every bucket of a composite aggregation, in the order of its sources (texts by their bytes). While a page is read, the
 * next one is under way.
 */
export async function* compositeBuckets(asked: Asked, question: CompositeQuestion): AsyncGenerator<Bucket> {
  const pageSize = question.pageSize ?? PAGE_SIZE;
  const page = async (after: unknown): Promise<Page> => {
    const { aggregations } = await search(asked, {
      size: 0,
      track_total_hits: false,
      query: question.query,
      aggs: {
        page: {
          composite: { size: pageSize, sources: question.sources, ...(after === undefined ? {} : { after }) },
          ...(question.aggregations ? { aggs: question.aggregations } : {}),
        },
      },
    });
    // Absent where no index fits the pattern.
    return aggregations?.["page"] ?? { buckets: [] };
  };
  let next = page(undefined);
  for (;;) {
    const { buckets, after_key } = await next;
    const more = buckets.length === pageSize && after_key !== undefined;
    if (more) {
      next = page(after_key);
      // Awaited in the next round, or never once nobody asks for more.
      next.catch(() => {});
    }
    yield* buckets;
    if (!more) return;
  }
}

interface Page {
  readonly buckets: readonly Bucket[];
  readonly after_key?: unknown;
}

export const termsSource = (name: string, field: string): Dsl => ({ [name]: { terms: { field } } });

/**
 * Buckets of time. Every document has one, so that asking for those without changes nothing in the answer; but without it a
 * node of 3.x takes a short cut for a source that stands alone, and fails (`array_index_out_of_bounds_exception`) at the
 * second page where an index ends before it.
 */
export const timeSource = (name: string, field: string, interval: EpochMs): Dsl => ({
  [name]: { date_histogram: { field, fixed_interval: `${interval}ms`, missing_bucket: true } },
});
