import type { Answer, Method, OpenSearchConnection, Request } from "#adapters/opensearch/connection.ts";
import { opensearchError } from "#adapters/opensearch/errors.ts";

export interface SentItem {
  readonly action: string;
  readonly index: string;
  readonly id: string;
  readonly source: unknown;
}

/** What a node says instead of taking it. */
export interface Refused {
  readonly status: number;
  readonly type: string;
  readonly reason: string;
}

/** As recorded from a node. */
export const REFUSALS = {
  queueFull: {
    status: 429,
    type: "rejected_execution_exception",
    reason: "rejected execution of org.opensearch.action.support.replication.TransportWriteAction$1@3777ba9c",
  },
  pressure: {
    status: 429,
    type: "rejected_execution_exception",
    reason: "rejected execution of coordinating operation [coordinating_and_primary_bytes=0]",
  },
  breaker: {
    status: 429,
    type: "circuit_breaking_exception",
    reason: "[in_flight_requests] Data too large, data for [<http_request>] would be [13780/13.4kb]",
  },
  flood: {
    status: 429,
    type: "cluster_block_exception",
    reason:
      "index [usage-events-2026.11.03] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];",
  },
  writeBlock: {
    status: 403,
    type: "cluster_block_exception",
    reason: "index [usage-events-2026.11.03] blocked by: [FORBIDDEN/8/index write (api)];",
  },
  clusterReadOnly: {
    status: 403,
    type: "cluster_block_exception",
    reason: "blocked by: [FORBIDDEN/6/cluster read-only (api)];",
  },
  noPermission: {
    status: 403,
    type: "security_exception",
    reason: "no permissions for [indices:data/write/bulk[s]] and User [name=reader, backend_roles=[]]",
  },
  immenseTerm: {
    status: 400,
    type: "illegal_argument_exception",
    reason:
      'Document contains at least one immense term in field="rest._value" (whose UTF8 encoding is longer than the max length 32766)',
  },
  closed: { status: 400, type: "index_closed_exception", reason: "closed" },
  shardLimit: {
    status: 400,
    type: "validation_exception",
    reason:
      "Validation Failed: 1: this action would add [2] total LOCAL_ONLY shards, but this cluster currently has [6]/[6] maximum LOCAL_ONLY shards open;",
  },
  noIndex: { status: 404, type: "index_not_found_exception", reason: "no such index [usage-events-2026.11.03]" },
  red: {
    status: 503,
    type: "unavailable_shards_exception",
    reason: "[usage-events-2026.11.03][0] primary shard is not active Timeout: [20s]",
  },
  badId: {
    status: 400,
    type: "action_request_validation_exception",
    reason: "Validation Failed: 1: id is too long, must be no longer than 512 bytes but was: 520;",
  },
} as const satisfies Readonly<Record<string, Refused>>;

/** Bulk and multi-get of a node in memory, that refuses what a test tells it to. */
export class BulkNode implements OpenSearchConnection {
  readonly url = "http://node.test";
  readonly documents = new Map<string, Readonly<Record<string, unknown>>>();
  /** Bytes of every bulk request. */
  readonly requests: number[] = [];
  /** Answers a whole request; counted from 0. */
  refuseRequest: (request: number, items: readonly SentItem[], bytes: number) => Refused | null = () => null;
  refuseItem: (item: SentItem, request: number) => Refused | null = () => null;
  /** Throws where the connection breaks after the node took what it was sent. */
  afterwards: (request: number) => void = () => {};
  #under = 0;
  mostAtOnce = 0;

  async send(method: Method, path: string, { lines = "", body, allow = [] }: Request = {}): Promise<Answer> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#under);
    await new Promise((done) => setImmediate(done));
    this.#under--;
    const answer = path === "/_mget" ? this.#get(body) : this.#bulk(lines.toString());
    if (answer.status >= 400 && !allow.includes(answer.status)) throw opensearchError(answer, `${method} ${path}`);
    return answer;
  }

  async close(): Promise<void> {}

  #get(body: unknown): Answer {
    const { docs } = body as { docs: readonly { _index: string; _id: string }[] };
    return {
      status: 200,
      body: {
        docs: docs.map(({ _index, _id }) => {
          const source = this.documents.get(`${_index}/${_id}`);
          return source ? { _index, _id, found: true, _source: source } : { _index, _id, found: false };
        }),
      },
    };
  }

  #bulk(lines: string): Answer {
    const bytes = Buffer.byteLength(lines);
    const items = parse(lines);
    const request = this.requests.push(bytes) - 1;
    const refused = this.refuseRequest(request, items, bytes);
    if (refused) {
      const { status, ...error } = refused;
      return { status, body: status === 413 ? null : { error, status } };
    }
    const answered = items.map((item) => ({ [item.action]: this.#take(item, request) }));
    this.afterwards(request);
    return { status: 200, body: { errors: true, items: answered } };
  }

  #take(item: SentItem, request: number): object {
    const refused = this.refuseItem(item, request);
    if (refused) {
      const { status, ...error } = refused;
      return { status, error };
    }
    const key = `${item.index}/${item.id}`;
    const known = this.documents.has(key);
    if (item.action === "create" && known) {
      return { status: 409, error: { type: "version_conflict_engine_exception", reason: "document already exists" } };
    }
    this.documents.set(key, item.source as Readonly<Record<string, unknown>>);
    return { status: known ? 200 : 201, result: known ? "updated" : "created" };
  }
}

function parse(lines: string): SentItem[] {
  if (!lines.endsWith("\n")) throw new Error("The bulk request must be terminated by a newline");
  const values = lines
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  const items: SentItem[] = [];
  for (let at = 0; at < values.length; at += 2) {
    const [[action, target]] = Object.entries(values[at] as object) as [[string, { _index: string; _id: string }]];
    items.push({ action, index: target._index, id: target._id, source: values[at + 1] });
  }
  return items;
}
