import type { DuckDBConnection, DuckDBTimestampValue } from "@duckdb/node-api";
import { compareText } from "#core/domain/ordering.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import { decodeEvents, EVENT_COLUMNS, type KeyedEvent, known } from "./decode-events.ts";
import type { Dictionaries } from "./dictionary.ts";
import { EVENT_ID } from "./matching-events.ts";
import { type Columns, readColumns } from "./read.ts";

/** An event, and where its record stands: the file as it was named when read, and the record's number in it from 1. */
export interface StoredEvent {
  readonly event: PricedUsageEvent;
  readonly file: string;
  readonly record: number;
}

/**
 * Reads the earliest events that match back as they were stored, in time order, then by id. `condition` is one on
 * `events e`.
 */
export async function readEvents(
  connection: DuckDBConnection,
  dictionaries: Dictionaries,
  condition: string,
  limit: number,
): Promise<readonly PricedUsageEvent[]> {
  return (await readKeyed(connection, dictionaries, condition, limit)).map(({ event }) => event);
}

/** The same, each with the file and number of its record. */
export async function readStoredEvents(
  connection: DuckDBConnection,
  dictionaries: Dictionaries,
  condition: string,
  limit: number,
): Promise<readonly StoredEvent[]> {
  const rows = await readKeyed(connection, dictionaries, condition, limit);
  const fileOf = (key: bigint): number => Number(key >> 32n);
  const files = await dictionaries.files.entries(rows.map(({ key }) => fileOf(key)));
  return rows.map(({ key, event }) => ({
    event,
    file: known(files.get(fileOf(key)), "file", fileOf(key)).path,
    record: Number(key & 0xffffffffn),
  }));
}

async function readKeyed(
  connection: DuckDBConnection,
  dictionaries: Dictionaries,
  condition: string,
  asked: number,
): Promise<readonly KeyedEvent[]> {
  const limit = Math.max(0, Math.trunc(asked));
  if (limit === 0) return [];
  const events = await decodeEvents(connection, dictionaries, await earliest(connection, condition, limit));
  return events.sort((a, b) => a.event.time - b.event.time || compareText(a.event.id, b.event.id));
}

/** Mostly all that match are wanted, and then nothing needs to be sorted in the database. */
async function earliest(connection: DuckDBConnection, condition: string, limit: number): Promise<Columns> {
  const rows = `select ${EVENT_COLUMNS} from events e where ${condition}`;
  const all = await readColumns(connection, `${rows} limit ${limit + 1}`);
  if (all.rows <= limit) return all;
  // How far the earliest reach, by one column: sorting whole rows would carry every column of everything that matches.
  const last = await readColumns(
    connection,
    `select max(time) as time from (select e.time from events e where ${condition} order by e.time limit ${limit})`,
  );
  const until = `make_timestamp(${last.value<DuckDBTimestampValue>("time", 0).micros})`;
  return readColumns(connection, `${rows} and e.time <= ${until} order by e.time, ${EVENT_ID} limit ${limit}`);
}
