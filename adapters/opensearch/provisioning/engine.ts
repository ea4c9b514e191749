import { TrailwatchError } from "#core/domain/errors.ts";
import type { OpenSearchConnection } from "../connection.ts";

/** What a cluster runs: by its version bodies are rendered, by its plugins parts are left out. */
export interface Engine {
  /** As the cluster says it: `2.19.1`. */
  readonly version: string;
  readonly plugins: ReadonlySet<Plugin>;
}

/** Plugins that something of ours rests on, as `_cat/plugins` names them. */
export const PLUGINS = {
  detectors: "opensearch-anomaly-detection",
  alerting: "opensearch-alerting",
  notifications: "opensearch-notifications",
  indexManagement: "opensearch-index-management",
  security: "opensearch-security",
} as const;
export type Plugin = keyof typeof PLUGINS;

const OLDEST = "2.9";

/** Whether a version is this one or a later one: `2.19.1` is at least `2.9`. */
export function isAtLeast(version: string, wanted: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split(".").map(Number);
  return major === wantedMajor ? minor >= wantedMinor : major > wantedMajor;
}

/**
 * Rejects with TrailwatchError `OPENSEARCH_REFUSED` where it is no OpenSearch, older than 2.9, or hides its version,
 * and with what {@link OpenSearchConnection.send} rejects with.
 */
export async function readEngine(connection: OpenSearchConnection): Promise<Engine> {
  const { body } = await connection.send("GET", "/");
  const { number, distribution } = body?.version ?? {};
  if (distribution !== "opensearch")
    throw unfit(connection, `is ${distribution ?? "no OpenSearch"} ${number ?? ""}`.trim());
  // Pretends to be Elasticsearch 7.10.2 for old clients; OpenSearch 3 cannot any more.
  if (number === "7.10.2") {
    throw new TrailwatchError(
      "OPENSEARCH_REFUSED",
      `${connection.url} hides its version (compatibility mode)`,
      'Only a cluster of version 1 or 2 does that. Turn it off: on a domain of AWS the advanced option override_main_response_version, elsewhere PUT _cluster/settings {"persistent": {"compatibility": {"override_main_response_version": false}}}.',
    );
  }
  if (!isAtLeast(number, OLDEST)) throw unfit(connection, `is OpenSearch ${number}`);
  return { version: number, plugins: await readPlugins(connection) };
}

function unfit(connection: OpenSearchConnection, what: string): TrailwatchError {
  return new TrailwatchError(
    "OPENSEARCH_REFUSED",
    `${connection.url} ${what}, which is not supported`,
    `Use OpenSearch ${OLDEST} or later.`,
  );
}

/** Those that every node has: a detector may run on any. */
async function readPlugins(connection: OpenSearchConnection): Promise<ReadonlySet<Plugin>> {
  const { body } = await connection.send("GET", "/_cat/plugins", { query: { format: "json" } });
  const nodes = new Map<string, Set<string>>();
  for (const { name, component } of body as { name: string; component: string }[]) {
    nodes.set(name, (nodes.get(name) ?? new Set()).add(component));
  }
  const everywhere = (component: string): boolean =>
    nodes.size > 0 && [...nodes.values()].every((components) => components.has(component));
  return new Set((Object.keys(PLUGINS) as Plugin[]).filter((plugin) => everywhere(PLUGINS[plugin])));
}
