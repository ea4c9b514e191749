import { setTimeout as wait } from "node:timers/promises";
import { Client, errors } from "@opensearch-project/opensearch";
import { AwsSigv4Signer } from "@opensearch-project/opensearch/aws-v3";
import { opensearchError, unreachable } from "./errors.ts";

/** How the node is to know who asks. The region and the credentials are AWS's; `es` is a domain, `aoss` a collection. */
export type OpenSearchAuthentication =
  | { readonly kind: "none" }
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | {
      readonly kind: "sigv4";
      readonly region: string;
      readonly service: "es" | "aoss";
      readonly credentials: () => Promise<AwsCredentials>;
    };

interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

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
  const client = new Client({
    node: options.url,
    requestTimeout: options.timeoutMs ?? TIMEOUT_MS,
    // The client's own would follow at once, when what failed has had no time to come back.
    maxRetries: 0,
    // It would refuse a whole answer for one key that somebody logged; nothing here copies such a key into an object.
    disablePrototypePoisoningProtection: true,
    ...(options.certificateAuthority === undefined ? {} : { ssl: { ca: options.certificateAuthority } }),
    ...authenticated(options.authentication),
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
    close: () => client.close(),
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

function authenticated(authentication: OpenSearchAuthentication): object {
  switch (authentication.kind) {
    case "none":
      return {};
    case "basic":
      return { auth: { username: authentication.username, password: authentication.password } };
    case "sigv4": {
      const { region, service, credentials } = authentication;
      return AwsSigv4Signer({ region, service, getCredentials: async () => ({ ...(await credentials()) }) });
    }
  }
}

async function answerOf(
  client: Client,
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
    if (error instanceof errors.ResponseError) {
      return { status: error.statusCode ?? 0, body: emptyAsNull(error.meta.body) };
    }
    throw unreachable(error, url, `${method} ${path}`);
  }
}

const emptyAsNull = (body: unknown): unknown => (body === "" || body === undefined ? null : body);

/** A detector that is running already, for one: `{"error": {...}, "status": 200}`. */
const hasError = (body: unknown): boolean =>
  typeof body === "object" && body !== null && "error" in body && "status" in body && body.error !== null;
