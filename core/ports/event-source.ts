import type { EpochMs } from "../domain/time.ts";

/** What an `AbortSignal` is to those who only ask it; the core knows no platform. */
export interface Cancellation {
  readonly aborted: boolean;
}

/** A place that holds CloudTrail files: a folder, a bucket, standard input. */
export interface EventSource {
  /** As the person named it, for messages. */
  readonly name: string;
  /**
   * Files in ascending order of path (by code unit), so that the same input is always read in the same order. What
   * the selection rules out by name alone is not listed. Rejects with TrailwatchError `INPUT_NOT_FOUND`,
   * `INPUT_UNREADABLE` or an `AWS_*` code when the place cannot be listed at all.
   */
  files(selection: ReadSelection, signal?: Cancellation): AsyncIterable<SourceFile>;
}

export interface SourceFile {
  /** Unique in the store: an absolute path, `s3://bucket/key`, `stdin`. */
  readonly path: string;
  /** Bytes as they lie there, before unpacking. */
  readonly size: number;
  /** Changes when the content does: an ETag, a modification time. */
  readonly tag: string;
  /** Set where a worker can read the file itself; otherwise {@link open} is called. */
  readonly localPath: string | null;
  /** Whether the same bytes can be had again later (not so for standard input). */
  readonly reopenable: boolean;
  /** The whole file. Rejects with TrailwatchError; the file is then quarantined as `unreadable-file`. */
  open(signal?: Cancellation): Promise<Uint8Array>;
}

/** What the person wants read. An absent list or bound selects everything. */
export interface ReadSelection {
  /** Inclusive. */
  readonly from?: EpochMs;
  /** Exclusive. */
  readonly to?: EpochMs;
  readonly accounts?: readonly string[];
  /** As logged: global services' records carry `us-east-1`. */
  readonly regions?: readonly string[];
  /** `RunInstances` or `ec2:RunInstances`. */
  readonly eventNames?: readonly string[];
}
