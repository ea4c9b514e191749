import { OpenSearchEventStore } from "#adapters/opensearch/asking/opensearch-event-store.ts";
import type { OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { toDocument } from "#adapters/opensearch/documents/event-document.ts";
import type { EventEntry } from "#adapters/opensearch/documents/event-entry.ts";
import { indexTemplates } from "#adapters/opensearch/documents/mappings.ts";
import { type IndexNames, indexNames } from "#adapters/opensearch/index-names.ts";
import type { AccountContext } from "#core/domain/account.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import { firstSeenValues } from "#core/signals/first-seen.ts";
import type { OpenEventStore } from "../contract/event-store.ts";
import type { GeneratedEvent } from "../fakes/usage-events.ts";
import type { TestNode } from "./support/live-node.ts";

/** Where everything of one store is kept; removed with all else of the node's namespace. */
export interface Place {
  readonly connection: OpenSearchConnection;
  readonly names: IndexNames;
}

let places = 0;

/** A place with the templates of the product and nothing in it. Two shards, so that answers are put together. */
export async function emptyPlace({ connection, namespace }: TestNode): Promise<Place> {
  places += 1;
  const names = indexNames(`${namespace}${places}-`);
  for (const { name, body } of indexTemplates(names, { replicas: 0, shards: 2 })) {
    await connection.send("PUT", `/_index_template/${name}`, { body });
  }
  return { connection, names };
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

/** An event of an account that nobody knows, as whoever reads records hands it to be written. */
export const entryOf = (
  event: PricedUsageEvent,
  riskyAction: RiskyAction,
  prices: EventEntry["details"]["prices"] = [],
  counted = true,
): EventEntry => ({
  event,
  account: unlisted(event.account),
  details: { counted, fingerprint: event.id, firsts: firstSeenValues(event, counted, riskyAction), prices },
});

/** Lines a request: some megabytes. */
const LINES = 4000;

/** Adds events, settled as they say. Writing, which settles by itself, is tested on its own. */
export async function addEvents(
  { connection, names }: Place,
  entries: Iterable<GeneratedEvent>,
  riskyAction: RiskyAction = () => false,
): Promise<void> {
  let lines: string[] = [];
  const send = async (): Promise<void> => {
    if (lines.length === 0) return;
    const { body } = await connection.send("POST", "/_bulk", { query: { refresh: true }, lines: lines.join("") });
    if (body.errors) throw new Error(JSON.stringify(body.items.find((item: Item) => item.create.status !== 201)));
    lines = [];
  };
  for (const { event, counted } of entries) {
    const firsts = firstSeenValues(event, counted, riskyAction);
    const document = toDocument(event, unlisted(event.account), { counted, fingerprint: "", firsts });
    const create = { _index: names.eventsAt(event.time), _id: event.id };
    lines.push(`${JSON.stringify({ create })}\n`, `${JSON.stringify(document)}\n`);
    if (lines.length >= LINES) await send();
  }
  await send();
}

interface Item {
  readonly create: { readonly status: number };
}

/** Takes away what is there, and adds these. */
export async function refilled(
  place: Place,
  entries: Iterable<GeneratedEvent>,
  riskyAction?: RiskyAction,
): Promise<OpenSearchEventStore> {
  const { connection, names } = place;
  const { body } = await connection.send("GET", `/_cat/indices/${names.events}`, { query: { format: "json" } });
  for (const { index } of body) await connection.send("DELETE", `/${index}`);
  await addEvents(place, entries, riskyAction);
  return new OpenSearchEventStore(connection, names);
}

/** A store with exactly these events. */
export const filledOpenSearch =
  (node: TestNode): OpenEventStore =>
  async (entries, riskyAction) => ({
    store: await refilled(await emptyPlace(node), entries, riskyAction),
    close: async () => {},
  });
