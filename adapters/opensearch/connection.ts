import { setTimeout as wait } from "node:timers/promises";
import { ResponseError } from "@opensearch-project/opensearch/lib/errors.js";
import { type OpenSearchAuthentication, type OpenSearchClient, openClient } from "./client.ts";
import { opensearchError, unreachable } from "./errors.ts";

export type { OpenSearchAuthentication } from "./client.ts";

export interface OpenSearchOptions {
  /** `https://host[:port]`; without user name and password. */
  readonly url: string;
  readonly authentication: OpenSearchAuthentication;
  /** Certificate authority that signed the node's certificate, in PEM, where the system does not know it. */
  readonly certificateAuthority?: string;
  readonly timeoutMs?: number;
  /** Waited about this long before each further try; as many as there are. */
  readonly pausesMs?: readonly number[];
}

export type Method = "GET" | "POST" | "PUT" | "DELETE" | "HEAD" | "PATCH";

export interface Request {
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, as NDJSON unless {@link headers} name another type; with its last newline. */
  readonly lines?: string | Buffer;
  /** Small letters; beside those of the client and the signature. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses from 400 on that are answers to this question, not failures of it. */
  readonly allow?: readonly number[];
}

export interface Answer {
  readonly status: number;
  /** Parsed JSON, a text where the answer was none, `null` where it was empty. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the node's, and each caller's own promise
  readonly body: any;
}

/**
 * One cluster. {@link send} is the only way to it: no part of the adapter knows the client behind it. Connection
 * failures and 502 to 504 are tried again three times with growing pauses; all else is the caller's to try again.
 */
export interface OpenSearchConnection {
  /** For messages; without secrets. */
  readonly url: string;
  /**
   * Resolves with the answer. Rejects with TrailwatchError (an `OPENSEARCH_*` code) where there is none, where its
   * status is 400 or more and not allowed, and where an error came with status 200.
   */
  send(method: Method, path: string, request?: Request): Promise<Answer>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 60_000;
const GATEWAY_TROUBLE = new Set([502, 503, 504]);
const PAUSES_MS = [200, 1000, 3000];

export function connectOpenSearch(options: OpenSearchOptions): OpenSearchConnection {
  const client = openClient({
    url: options.url,
    authentication: options.authentication,
    certificateAuthority: options.certificateAuthority,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
  });
  return {
    url: options.url,
    async send(method, path, { query, body, lines, headers, allow = [] } = {}) {
      const ask = () => answerOf(client, options.url, method, path, { query, body, lines, headers });
      const answer = await tried(ask, options.pausesMs ?? PAUSES_MS);
      if (answer.status >= 400 ? !allow.includes(answer.status) : hasError(answer.body)) {
        throw opensearchError(answer, `${method} ${path}`);
      }
      return answer;
    },
    close: client.close,
  };
}

/** With jitter, so that many who lost the same node do not come back to it at once. */
async function tried(ask: () => Promise<Answer>, pausesMs: readonly number[]): Promise<Answer> {
  for (const pause of pausesMs) {
    const answer = await ask().catch(() => null);
    if (answer !== null && !GATEWAY_TROUBLE.has(answer.status)) return answer;
    await wait(pause * (0.5 + Math.random()));
  }
  return ask();
}

async function answerOf(
  client: OpenSearchClient,
  url: string,
  method: Method,
  path: string,
  { query, body, lines, headers }: Request,
): Promise<Answer> {
  const request = {
    method,
    path,
    ...(query ? { querystring: query } : {}),
    ...(lines === undefined ? {} : { bulkBody: lines }),
    ...(body === undefined ? {} : { body: body as Record<string, unknown> }),
  };
  try {
    const { statusCode, body: answered } = await client.transport.request(request, headers ? { headers } : {});
    // The client makes a boolean of what it is to HEAD.
    return { status: statusCode ?? 0, body: method === "HEAD" ? null : emptyAsNull(answered) };
  } catch (error) {
    if (error instanceof ResponseError) {
      return { status: error.statusCode ?? 0, body: emptyAsNull(error.meta.body) };
    }
    throw unreachable(error, url, `${method} ${path}`);
  }
}

const emptyAsNull = (body: unknown): unknown => (body === "" || body === undefined ? null : body);

/** A detector that is running already, for one: `{"error": {...}, "status": 200}`. */
const hasError = (body: unknown): boolean =>
  typeof body === "object" && body !== null && "error" in body && "status" in body && body.error !== null;
