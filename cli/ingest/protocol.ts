import type { EventBatch } from "#adapters/duckdb/batch/event-encoder.ts";
import type { FileOutcome, PlacedInsight } from "#adapters/duckdb/write-events.ts";
import type { Quarantined } from "#core/domain/ingest.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { ReadSelection } from "#core/ports/event-source.ts";

/** One file to read, as it goes to a worker. */
export interface FileJob {
  readonly job: number;
  readonly path: string;
  readonly size: number;
  /** Either the worker opens this, ... */
  readonly localPath: string | null;
  /** ... or it is given the file. */
  readonly bytes: Uint8Array | null;
  /** Fingerprint the canonical record instead of its bytes: for what cannot be opened again to compare. */
  readonly canonical: boolean;
}

/** Pieces of a file's content, in order, and then its outcome. */
export type FileAnswer =
  | {
      readonly type: "part";
      readonly job: number;
      readonly batch: EventBatch | null;
      readonly insights: readonly PlacedInsight[];
      readonly quarantined: readonly Quarantined[];
    }
  | { readonly type: "done"; readonly job: number; readonly outcome: FileOutcome }
  /** It cannot be read, or a fault of ours: what came of it is void. */
  | { readonly type: "failed"; readonly job: number; readonly message: string };

/** The first word of a thread that could be loaded. */
export interface Ready {
  readonly type: "ready";
}

export interface WorkerSettings {
  readonly selection: ReadSelection;
  /** When reading began: no record of a file whose name does not say when it was delivered can be later. */
  readonly now: EpochMs;
}

export type Post = (answer: FileAnswer, transfer: ArrayBuffer[]) => void;
