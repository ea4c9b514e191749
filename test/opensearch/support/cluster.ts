import { readFileSync } from "node:fs";
import {
  connectOpenSearch,
  type OpenSearchAuthentication,
  type OpenSearchOptions,
} from "#adapters/opensearch/connection.ts";

/** The cluster that a run is about, as it was when the run began. */
export interface Cluster {
  readonly url: string;
  readonly version: string;
  /** By the names of `_cat/plugins`. */
  readonly plugins: readonly string[];
}

/** In the environment, because every test file runs in a process of its own. */
const FOUND = "TRAILWATCH_TEST_CLUSTER";

/**
 * How to reach the cluster that `OPENSEARCH_URL` names. User name and password stand in it, or in `OPENSEARCH_USERNAME`
 * and `OPENSEARCH_PASSWORD`; `OPENSEARCH_CA` is a file with the certificate authority. Throws Error where a part of
 * that is missing.
 */
export function optionsFrom(environment: NodeJS.ProcessEnv): OpenSearchOptions {
  const given = environment["OPENSEARCH_URL"];
  if (!given || !URL.canParse(given)) throw new Error(`OPENSEARCH_URL is no address: ${given}`);
  const url = new URL(given);
  const username = decodeURIComponent(url.username) || environment["OPENSEARCH_USERNAME"];
  const password = decodeURIComponent(url.password) || environment["OPENSEARCH_PASSWORD"];
  url.username = "";
  url.password = "";
  const authority = environment["OPENSEARCH_CA"];
  return {
    url: url.href.replace(/\/$/, ""),
    authentication: authenticationOf(username, password),
    ...(authority ? { certificateAuthority: readFileSync(authority, "utf8") } : {}),
  };
}

function authenticationOf(username: string | undefined, password: string | undefined): OpenSearchAuthentication {
  if (!username && !password) return { kind: "none" };
  if (username && password) return { kind: "basic", username, password };
  throw new Error(`OPENSEARCH_${username ? "PASSWORD" : "USERNAME"} is missing`);
}

/** Asks the cluster what it is. Rejects with TrailwatchError where it does not answer. */
export async function lookAt(options: OpenSearchOptions): Promise<Cluster> {
  const connection = connectOpenSearch(options);
  try {
    const root = await connection.send("GET", "/");
    const plugins = await connection.send("GET", "/_cat/plugins", { query: { format: "json" } });
    const components = (plugins.body as { component: string }[]).map(({ component }) => component);
    return { url: options.url, version: root.body.version.number, plugins: [...new Set(components)].sort() };
  } finally {
    await connection.close();
  }
}

export function remember(cluster: Cluster, environment: NodeJS.ProcessEnv): void {
  environment[FOUND] = JSON.stringify(cluster);
}

/** Throws Error outside `npm run test:opensearch`. */
export function remembered(environment: NodeJS.ProcessEnv = process.env): Cluster {
  const text = environment[FOUND];
  if (!text) throw new Error("these tests are run by `npm run test:opensearch`");
  return JSON.parse(text) as Cluster;
}
