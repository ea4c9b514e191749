import type { DuckDBInstance } from "@duckdb/node-api";
import { openOrCreateStore } from "#adapters/duckdb/open-store.ts";
import { settle } from "#adapters/duckdb/settle.ts";
import { tellingStoreErrors } from "#adapters/duckdb/store-error.ts";
import { EventWriter } from "#adapters/duckdb/write-events.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { IngestSummary } from "#core/domain/ingest.ts";
import type { EventSource, ReadSelection } from "#core/ports/event-source.ts";
import { VERSION } from "../version.ts";
import { canonicalRecords } from "./canonical-records.ts";
import { FileQueue } from "./file-queue.ts";
import { ingestSummary, writeQuarantine } from "./ledger.ts";
import { Listing } from "./listing.ts";

export interface IngestOptions {
  readonly sources: readonly EventSource[];
  readonly selection: ReadSelection;
  readonly storePath: string;
  /** Where to write what could not be read, one JSON object a line; nothing is written when everything could. */
  readonly quarantinePath?: string;
  /** Reading threads; 0 reads on this one. */
  readonly workers: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: IngestProgress) => void;
  /** Called with the settled store before it is closed. */
  readonly afterIngest?: (instance: DuckDBInstance) => Promise<void>;
}

export interface IngestProgress {
  readonly files: number;
  /** `null` until everything is listed. */
  readonly filesTotal: number | null;
  readonly bytes: number;
  readonly bytesTotal: number | null;
  readonly records: number;
  readonly quarantined: number;
}

/**
 * Reads everything that the sources hold into the store, except files that it holds already, and settles it. The
 * summary is of the whole store. Rejects with TrailwatchError: `INTERRUPTED` when `signal` says so (the store can be
 * opened, and the next run goes on), `STORE_DISK_FULL` (likewise), `STORE_OUT_OF_MEMORY`, `STORE_BUSY`, `STORE_VERSION`,
 * `STORE_UNUSABLE`, or what a source rejects with.
 */
export const ingest = (options: IngestOptions): Promise<IngestSummary> => tellingStoreErrors(() => ingestInto(options));

async function ingestInto(options: IngestOptions): Promise<IngestSummary> {
  const instance = await openOrCreateStore(options.storePath, VERSION);
  try {
    const listing = new Listing(options.sources, options.selection, options.signal);
    const skipped = await readAllFiles(instance, listing, options);
    await settle(instance, (path, records) => canonicalRecords(listing, path, records));
    const summary = { ...(await ingestSummary(instance)), filesSkipped: skipped };
    if (options.quarantinePath !== undefined) await writeQuarantine(instance, options.quarantinePath);
    await options.afterIngest?.(instance);
    return summary;
  } finally {
    instance.closeSync();
  }
}

async function readAllFiles(instance: DuckDBInstance, listing: Listing, options: IngestOptions): Promise<number> {
  const writer = await EventWriter.open(instance);
  const queue = new FileQueue(writer, options.workers, options.selection);
  const report = (): void => options.onProgress?.({ ...queue.progress, ...listing.totals(queue.skippedFiles) });
  try {
    for await (const file of listing.files()) {
      if (options.signal?.aborted) break;
      await queue.add(file);
      report();
    }
    if (options.signal?.aborted) throw interrupted();
    await queue.drain(options.signal, report);
    if (options.signal?.aborted) throw interrupted();
    return queue.skippedFiles;
  } finally {
    await queue.close();
    await writer.close();
  }
}

const interrupted = (): TrailwatchError =>
  new TrailwatchError(
    "INTERRUPTED",
    "stopped before everything was read",
    "Run the same command again: it goes on where it stopped.",
  );
