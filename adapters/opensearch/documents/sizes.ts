import type { OpenSearchConnection } from "../connection.ts";
import type { IndexNames } from "../index-names.ts";

/** What stands on disk of one kind, one copy of it. */
export interface MeasuredSize {
  readonly documents: number;
  readonly bytes: number;
}

export interface MeasuredSizes {
  readonly events: MeasuredSize;
  readonly rollups: MeasuredSize;
}

/** What is to be kept. */
export interface Keeping {
  readonly eventsADay: number;
  readonly eventDays: number;
  /** Rows of roll-ups: entities of every watched signal times 288. */
  readonly rollupsADay: number;
  readonly rollupDays: number;
  /** Copies besides the first. */
  readonly replicas: number;
}

export interface PredictedSizes {
  /** Bytes on disk that events and roll-ups take, with their replicas. */
  readonly events: number;
  readonly rollups: number;
  /** Disk that the data nodes need together, with room to merge and to lose a share of it. */
  readonly disk: number;
  /** One day's events in one copy: divided by its shards, 10 to 50 GB each is a good size. */
  readonly dayOfEvents: number;
  readonly bytesPerEvent: number;
  readonly bytesPerRollup: number;
}

/** Where nothing has been measured, or too little to go by. */
const USUAL = { event: 420, rollup: 70 };
const ENOUGH_DOCUMENTS = 10_000;

/** From 85 % on a node takes no new shards, and merging writes beside what it replaces. */
const FILLED = 0.75;

/** What the indices of both kinds take now; deleted documents that are not merged away yet count too. */
export async function measureSizes(connection: OpenSearchConnection, names: IndexNames): Promise<MeasuredSizes> {
  return { events: await sizeOf(connection, names.events), rollups: await sizeOf(connection, names.rollups) };
}

async function sizeOf(connection: OpenSearchConnection, pattern: string): Promise<MeasuredSize> {
  const { body } = await connection.send("GET", `/${pattern}/_stats/docs,store`, {
    query: { filter_path: "_all.primaries.docs.count,_all.primaries.store.size_in_bytes" },
  });
  const primaries = body?._all?.primaries;
  return { documents: primaries?.docs?.count ?? 0, bytes: primaries?.store?.size_in_bytes ?? 0 };
}

/** From what was measured, where that is enough to go by. */
export function predictSizes(measured: MeasuredSizes, keeping: Keeping): PredictedSizes {
  const bytesPerEvent = bytesEach(measured.events, USUAL.event);
  const bytesPerRollup = bytesEach(measured.rollups, USUAL.rollup);
  const copies = 1 + keeping.replicas;
  const dayOfEvents = keeping.eventsADay * bytesPerEvent;
  const events = dayOfEvents * keeping.eventDays * copies;
  const rollups = keeping.rollupsADay * bytesPerRollup * keeping.rollupDays * copies;
  return { events, rollups, disk: (events + rollups) / FILLED, dayOfEvents, bytesPerEvent, bytesPerRollup };
}

const bytesEach = ({ documents, bytes }: MeasuredSize, usual: number): number =>
  documents < ENOUGH_DOCUMENTS ? usual : bytes / documents;
