import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { FileOutcome, PlacedInsight } from "#adapters/duckdb/write-events.ts";
import type { Quarantined } from "#core/domain/ingest.ts";
import type { ReadSelection } from "#core/ports/event-source.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { FileReader } from "../../cli/ingest/file-reader.ts";

/** What reading one file gives, without a store. */
export interface ReadFile {
  readonly events: number;
  readonly insights: readonly PlacedInsight[];
  readonly quarantined: readonly Quarantined[];
  readonly outcome: FileOutcome;
}

/** When {@link readBytes} reads. */
const READ_AT = Date.UTC(2027, 0, 1);

/** Reads bytes as a file, as a worker would. */
export async function readBytes(bytes: Uint8Array, selection: ReadSelection = {}, path = "file"): Promise<ReadFile> {
  let events = 0;
  const insights: PlacedInsight[] = [];
  const quarantined: Quarantined[] = [];
  let outcome: FileOutcome | null = null;
  const reader = new FileReader(createPriceBook(), { selection, now: READ_AT }, (answer) => {
    if (answer.type === "part") {
      events += answer.batch?.events.rows ?? 0;
      insights.push(...answer.insights);
      quarantined.push(...answer.quarantined);
    } else if (answer.type === "done") outcome = answer.outcome;
  });
  await reader.read({ job: 0, path, size: bytes.length, localPath: null, bytes, canonical: false });
  if (outcome === null) throw new Error("no outcome");
  return { events, insights, quarantined, outcome };
}

/** A folder that is gone afterwards. */
export async function inTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "trailwatch-test-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rows of a query on a store, as objects. */
export async function rowsOf(storePath: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(storePath, { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowObjectsJS() as Record<string, unknown>[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
