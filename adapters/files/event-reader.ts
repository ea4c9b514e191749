import { cloudtrailKey } from "#core/domain/cloudtrail-key.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { Quarantined } from "#core/domain/ingest.ts";
import type { InsightRecord } from "#core/domain/insight.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { UsageEvent } from "#core/domain/usage-event.ts";
import type { SourceFile } from "#core/ports/event-source.ts";
import { isFileError, type RecordBytes, RecordPass, type Selects } from "./record-pass.ts";
import { RecordReader } from "./record-reader.ts";
import { Splitter } from "./splitter.ts";
import { splitFile } from "./unpack.ts";

/** What a file held. */
export interface ReadFile {
  readonly path: string;
  /** In the order of the file. */
  readonly events: readonly ReadEvent[];
  readonly insights: readonly InsightRecord[];
  readonly quarantined: readonly Quarantined[];
  /** When CloudTrail delivered it, where its path says so. */
  readonly deliveredAt: EpochMs | null;
  /** Of the unpacked text. */
  readonly bytes: number;
}

export interface ReadEvent {
  readonly event: UsageEvent;
  /** The record as it stands in the file. */
  readonly text: string;
  /** From 1 in the file. */
  readonly number: number;
}

/** Reads files one after the other into events. */
export class EventReader {
  readonly #now: EpochMs;
  readonly #selects: Selects;
  readonly #records = new RecordReader();

  /** @param now nothing can have happened after it */
  constructor(now: EpochMs, selects: Selects = null) {
    this.#now = now;
    this.#selects = selects;
  }

  /** What a file can hold never rejects it: what cannot be read is among the quarantined. */
  async read(file: SourceFile): Promise<ReadFile> {
    const pass = new EventPass(file.path, this.#now, this.#records, this.#selects);
    let bytes = 0;
    try {
      const content = file.localPath === null ? await file.open() : null;
      const packed = { localPath: file.localPath, bytes: content, size: file.size };
      bytes = await splitFile(packed, new Splitter(this.#records, pass));
    } catch (error) {
      const unreadable = error instanceof TrailwatchError && error.code === "INPUT_UNREADABLE";
      if (!unreadable && !isFileError(error)) throw error;
      pass.broken("unreadable-file", "file", error.message, Buffer.alloc(0));
    }
    return pass.result(bytes);
  }
}

class EventPass extends RecordPass {
  readonly #events: ReadEvent[] = [];
  readonly #insights: InsightRecord[] = [];
  readonly #quarantined: Quarantined[] = [];

  result(bytes: number): ReadFile {
    return {
      path: this.path,
      events: this.#events,
      insights: this.#insights,
      quarantined: this.#quarantined,
      deliveredAt: cloudtrailKey(this.path)?.deliveredAt ?? null,
      bytes,
    };
  }

  protected override event(event: UsageEvent, { bytes, start, end, number }: RecordBytes): void {
    this.#events.push({ event, text: bytes.toString("utf8", start, end), number });
  }

  protected override insight(insight: InsightRecord): void {
    this.#insights.push(insight);
  }

  protected override quarantine(entry: Quarantined): void {
    this.#quarantined.push(entry);
  }
}
