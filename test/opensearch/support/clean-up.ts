import { setTimeout as wait } from "node:timers/promises";
import type { OpenSearchConnection } from "#adapters/opensearch/connection.ts";

/** As many as one search answers; a test file makes far fewer. */
const MANY = 1000;
const NAMES_A_REQUEST = 20;
const STOPPING_MS = 30_000;

interface Named {
  readonly name: string;
}

/** Removes all that is named with the namespace, on somebody's cluster too: detectors first, as they write indices. */
export async function cleanUp(
  connection: OpenSearchConnection,
  namespace: string,
  plugins: ReadonlySet<string>,
): Promise<void> {
  const ours = (name: string): boolean => name.includes(namespace);
  if (plugins.has("opensearch-alerting")) await removeMonitors(connection, ours);
  if (plugins.has("opensearch-anomaly-detection")) await removeDetectors(connection, ours);
  if (plugins.has("opensearch-notifications")) await removeChannels(connection, ours);
  await removeIndices(connection, ours);
  for (const { path, namesIn } of kinds(plugins)) {
    const { body, status } = await connection.send("GET", path, { allow: [404] });
    for (const name of status === 404 ? [] : namesIn(body).filter(ours)) {
      await connection.send("DELETE", `${path}/${encodeURIComponent(name)}`, { allow: [404] });
    }
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the node's answer
type Body = any;

/** Index templates before the component templates that they are made of. */
function kinds(plugins: ReadonlySet<string>): { path: string; namesIn: (body: Body) => string[] }[] {
  const core = [
    { path: "/_index_template", namesIn: (body: Body) => body.index_templates.map(({ name }: Named) => name) },
    { path: "/_component_template", namesIn: (body: Body) => body.component_templates.map(({ name }: Named) => name) },
    { path: "/_ingest/pipeline", namesIn: Object.keys },
    { path: "/_snapshot", namesIn: Object.keys },
  ];
  const policies = {
    path: "/_plugins/_ism/policies",
    namesIn: (body: Body) => body.policies.map(({ _id }: { _id: string }) => _id),
  };
  return [
    ...core,
    ...(plugins.has("opensearch-index-management") ? [policies] : []),
    ...(plugins.has("opensearch-security")
      ? ["rolesmapping", "roles"].map((kind) => ({ path: `/_plugins/_security/api/${kind}`, namesIn: Object.keys }))
      : []),
  ];
}

type Ours = (name: string) => boolean;

async function removeMonitors(connection: OpenSearchConnection, ours: Ours): Promise<void> {
  for (const id of await found(connection, "/_plugins/_alerting/monitors", ours)) {
    await connection.send("DELETE", `/_plugins/_alerting/monitors/${id}`, { allow: [404] });
  }
}

async function removeDetectors(connection: OpenSearchConnection, ours: Ours): Promise<void> {
  for (const id of await found(connection, "/_plugins/_anomaly_detection/detectors", ours)) {
    const path = `/_plugins/_anomaly_detection/detectors/${id}`;
    // Whether it runs or not: what is refused here shows in the deletion.
    await connection.send("POST", `${path}/_stop`).catch(() => {});
    await connection.send("POST", `${path}/_stop`, { query: { historical: true } }).catch(() => {});
    const until = Date.now() + STOPPING_MS;
    // "Job is running" for a while after it was stopped.
    while (
      (await connection.send("DELETE", path, { allow: [404, ...(Date.now() < until ? [400] : [])] })).status === 400
    ) {
      await wait(500);
    }
  }
}

async function removeChannels(connection: OpenSearchConnection, ours: Ours): Promise<void> {
  const path = "/_plugins/_notifications/configs";
  const { body } = await connection.send("GET", path, { query: { from_index: 0, max_items: MANY } });
  const channels = body.config_list as { config_id: string; config: Named }[];
  for (const { config_id: id } of channels.filter((channel) => ours(channel.config_id) || ours(channel.config.name))) {
    await connection.send("DELETE", `${path}/${encodeURIComponent(id)}`, { allow: [404] });
  }
}

/** Ids of detectors or monitors; before the first is made, their index may not be there. */
async function found(connection: OpenSearchConnection, path: string, ours: Ours): Promise<string[]> {
  const { body, status } = await connection.send("POST", `${path}/_search`, {
    body: { size: MANY, query: { match_all: {} } },
    allow: [404],
  });
  const hits: { _id: string; _source: { name?: string } }[] = status === 404 ? [] : body.hits.hits;
  return hits.filter(({ _source }) => ours(_source.name ?? "")).map(({ _id }) => _id);
}

/** By their names, since a cluster may refuse to delete by a pattern. */
async function removeIndices(connection: OpenSearchConnection, ours: Ours): Promise<void> {
  const { body } = await connection.send("GET", "/_cat/indices", {
    query: { format: "json", h: "index", expand_wildcards: "all" },
  });
  const names = (body as { index: string }[]).map(({ index }) => index).filter(ours);
  for (let at = 0; at < names.length; at += NAMES_A_REQUEST) {
    await connection.send(
      "DELETE",
      `/${names
        .slice(at, at + NAMES_A_REQUEST)
        .map(encodeURIComponent)
        .join(",")}`,
      {
        allow: [404],
      },
    );
  }
}
