import type { DuckDBConnection } from "@duckdb/node-api";
import type { Occurrences } from "#core/ports/event-store.ts";
import { EVENT_ID } from "./matching-events.ts";
import { readAll } from "./read.ts";

/** At most so many ids are answered. */
export const EVENT_IDS = 200;

/** Counts the events that match and names the earliest. `condition` is one on `events e`, or `null` where none can match. */
export async function readOccurrences(connection: DuckDBConnection, condition: string | null): Promise<Occurrences> {
  const nothing: Occurrences = { events: 0, eventIds: [], first: null, last: null };
  if (condition === null) return nothing;
  const [counted] = await readAll<Omit<Occurrences, "eventIds">>(
    connection,
    `select count(*)::double as events, epoch_ms(min(e.time))::double as first, epoch_ms(max(e.time))::double as last
     from events e where ${condition}`,
  );
  if (!counted || counted.events === 0) return nothing;
  const earliest = await readAll<{ id: string }>(
    connection,
    `select ${EVENT_ID} as id from events e where ${condition} order by e.time, id limit ${EVENT_IDS}`,
  );
  return { ...counted, eventIds: earliest.map(({ id }) => id) };
}
