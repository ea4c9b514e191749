import type { DuckDBConnection, DuckDBTimestampValue } from "@duckdb/node-api";
import { compareText } from "#core/domain/ordering.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import { decodeEvents, EVENT_COLUMNS, type KeyedEvent, known } from "./decode-events.ts";
import type { Dictionaries } from "./dictionary.ts";
import { EVENT_ID, oneOf } from "./matching-events.ts";
import { readColumns } from "./read.ts";
import type { RecentEvents } from "./recent-events.ts";

/** An event, and where its record stands: the file as it was named when read, and the record's number in it from 1. */
export interface StoredEvent {
  readonly event: PricedUsageEvent;
  readonly file: string;
  readonly record: number;
}

/** What reading events needs of a store. */
export interface EventReader {
  readonly connection: DuckDBConnection;
  readonly dictionaries: Dictionaries;
  readonly recent: RecentEvents;
}

/**
 * Reads the earliest events that match back as they were stored, in time order, then by id. `condition` is one on
 * `events e`.
 */
export async function readEvents(
  reader: EventReader,
  condition: string,
  limit: number,
): Promise<readonly PricedUsageEvent[]> {
  return (await readKeyed(reader, condition, limit)).map(({ event }) => event);
}

/** The same, each with the file and number of its record. */
export async function readStoredEvents(
  reader: EventReader,
  condition: string,
  limit: number,
): Promise<readonly StoredEvent[]> {
  const rows = await readKeyed(reader, condition, limit);
  const fileOf = (key: bigint): number => Number(key >> 32n);
  const files = await reader.dictionaries.files.entries(rows.map(({ key }) => fileOf(key)));
  return rows.map(({ key, event }) => ({
    event,
    file: known(files.get(fileOf(key)), "file", fileOf(key)).path,
    record: Number(key & 0xffffffffn),
  }));
}

/** The events of these ids if all of them were read lately, in time order, then by id. */
export function recentlyRead(recent: RecentEvents, ids: readonly string[]): readonly PricedUsageEvent[] | null {
  const events = new Map<string, PricedUsageEvent>();
  for (const id of ids) {
    const key = recent.keyOf(id);
    const event = key === undefined ? undefined : recent.get(key);
    if (event === undefined) return null;
    events.set(id, event);
  }
  return [...events.values()].sort((a, b) => a.time - b.time || compareText(a.id, b.id));
}

interface Place {
  readonly key: bigint;
  readonly micros: bigint;
}

async function readKeyed(reader: EventReader, condition: string, asked: number): Promise<readonly KeyedEvent[]> {
  const limit = Math.max(0, Math.trunc(asked));
  if (limit === 0) return [];
  const places = await earliest(reader.connection, condition, limit);
  const events: KeyedEvent[] = [];
  const missing: Place[] = [];
  for (const place of places) {
    const event = reader.recent.get(place.key);
    if (event) events.push({ key: place.key, event });
    else missing.push(place);
  }
  events.push(...(await readPlaces(reader, condition, missing)));
  return events.sort((a, b) => a.event.time - b.event.time || compareText(a.event.id, b.event.id));
}

/** The keys of the earliest events that match. Mostly all are wanted, and then nothing needs to be sorted. */
async function earliest(connection: DuckDBConnection, condition: string, limit: number): Promise<readonly Place[]> {
  const matching = `from events e where ${condition}`;
  const all = await readPlacesOf(connection, `select e.key, e.time ${matching} limit ${limit + 1}`);
  if (all.length <= limit) return all;
  const [last] = (
    await readColumns(
      connection,
      `select max(time) as time from (select e.time ${matching} order by e.time limit ${limit})`,
    )
  ).values<DuckDBTimestampValue>("time");
  const until = `make_timestamp(${last?.micros})`;
  return readPlacesOf(
    connection,
    `select e.key, e.time ${matching} and e.time <= ${until} order by e.time, ${EVENT_ID} limit ${limit}`,
  );
}

async function readPlacesOf(connection: DuckDBConnection, sql: string): Promise<readonly Place[]> {
  const columns = await readColumns(connection, sql);
  const times = columns.values<DuckDBTimestampValue>("time");
  return columns.values<bigint>("key").map((key, row) => ({ key, micros: times[row]?.micros ?? 0n }));
}

/** Up to so many are read by their keys: each costs the columns of the two thousand events around it. */
const FEW = 16;

/** Whole events cost their many columns: they are read after it is known which, and from as few places as possible. */
async function readPlaces(reader: EventReader, condition: string, places: readonly Place[]): Promise<KeyedEvent[]> {
  const [first] = places;
  if (!first) return [];
  let [from, to] = [first.micros, first.micros];
  for (const { micros } of places) {
    if (micros < from) from = micros;
    if (micros > to) to = micros;
  }
  const which =
    places.length <= FEW
      ? oneOf(
          "e.key",
          places.map(({ key }) => key),
        )
      : condition;
  const columns = await readColumns(
    reader.connection,
    `select ${EVENT_COLUMNS} from events e
     where e.time >= make_timestamp(${from}) and e.time <= make_timestamp(${to}) and ${which}`,
  );
  const wanted = new Set(places.map(({ key }) => key));
  const rows: number[] = [];
  for (const [row, key] of columns.values<bigint>("key").entries()) if (wanted.has(key)) rows.push(row);
  const events = await decodeEvents(reader.connection, reader.dictionaries, columns, rows);
  for (const { key, event } of events) reader.recent.add(key, event);
  return events;
}
