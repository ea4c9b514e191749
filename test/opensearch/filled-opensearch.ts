import { randomUUID } from "node:crypto";
import { OpenSearchEventStore } from "#adapters/opensearch/asking/opensearch-event-store.ts";
import { connectOpenSearch, type OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { toDocument } from "#adapters/opensearch/documents/event-document.ts";
import { indexTemplates } from "#adapters/opensearch/documents/mappings.ts";
import { type IndexNames, indexNames } from "#adapters/opensearch/index-names.ts";
import type { AccountContext } from "#core/domain/account.ts";
import { firstSeenValues } from "#core/signals/first-seen.ts";
import type { GeneratedEvent } from "../fakes/usage-events.ts";

/** Indices of a namespace of their own, with the templates of the product, and away again when closed. */
export interface EmptyOpenSearch {
  readonly connection: OpenSearchConnection;
  readonly names: IndexNames;
  close(): Promise<void>;
}

export async function emptyOpenSearch(): Promise<EmptyOpenSearch> {
  const url = process.env["OPENSEARCH_URL"] ?? "http://127.0.0.1:9200";
  const connection = connectOpenSearch({ url, authentication: { kind: "none" } });
  const names = indexNames(`t-${randomUUID().slice(0, 8)}-`);
  const templates = indexTemplates(names, { replicas: 0, shards: 2 });
  for (const { name, body } of templates) await connection.send("PUT", `/_index_template/${name}`, { body });
  return {
    connection,
    names,
    async close() {
      const indices = [names.events, names.rollups, names.incidents, names.firstUses].join(",");
      await connection.send("DELETE", `/${indices}`, { query: { ignore_unavailable: true }, allow: [404] });
      for (const { name } of templates) await connection.send("DELETE", `/_index_template/${name}`);
      await connection.close();
    },
  };
}

const unlisted = (id: string): AccountContext => ({
  id,
  alias: id,
  type: "unknown",
  ouPath: null,
  costCenter: null,
  owner: null,
  tags: {},
  known: false,
});

export type RiskyAction = (service: string, action: string) => boolean;

/** In place of all events that there are: these, settled as they say. Writing, which settles by itself, is tested on its own. */
export async function fillEvents(
  { connection, names }: EmptyOpenSearch,
  entries: readonly GeneratedEvent[],
  riskyAction: RiskyAction = () => false,
): Promise<OpenSearchEventStore> {
  await connection.send("DELETE", `/${names.events}`, { query: { ignore_unavailable: true }, allow: [404] });
  const lines = entries.flatMap(({ event, counted }) => [
    { create: { _index: names.eventsAt(event.time), _id: event.id } },
    toDocument(event, unlisted(event.account), {
      counted,
      fingerprint: "",
      firsts: firstSeenValues(event, counted, riskyAction),
    }),
  ]);
  if (lines.length > 0) {
    const { body } = await connection.send("POST", "/_bulk", {
      query: { refresh: true },
      lines: lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
    });
    if (body.errors)
      throw new Error(JSON.stringify(body.items.find((item: { create: object }) => "error" in item.create)));
  }
  return new OpenSearchEventStore(connection, names);
}

/** A store with exactly these events. */
export async function filledOpenSearch(
  entries: readonly GeneratedEvent[],
  riskyAction: RiskyAction,
): Promise<{ readonly store: OpenSearchEventStore; close(): Promise<void> }> {
  const opensearch = await emptyOpenSearch();
  return { store: await fillEvents(opensearch, entries, riskyAction), close: opensearch.close };
}
