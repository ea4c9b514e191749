import type { EventSource, ReadSelection, SourceFile } from "#core/ports/event-source.ts";

/** Files listed before reading begins, so that progress knows its total; beyond that many, listing goes on as we read. */
const LISTED_AHEAD = 50_000;

/** The files of all sources, one source after the other. */
export class Listing {
  readonly #sources: readonly EventSource[];
  readonly #selection: ReadSelection;
  readonly #signal: AbortSignal | undefined;
  /** Files that only their source can open, for looking at a record again. */
  readonly #remote = new Map<string, SourceFile>();
  #listed = 0;
  #bytes = 0;
  #complete = false;

  constructor(sources: readonly EventSource[], selection: ReadSelection, signal: AbortSignal | undefined) {
    this.#sources = sources;
    this.#selection = selection;
    this.#signal = signal;
  }

  async *files(): AsyncGenerator<SourceFile> {
    let ahead: SourceFile[] = [];
    let yielding = false;
    const seen = new Set<string>();
    for (const source of this.#sources) {
      for await (const file of source.files(this.#selection, this.#signal)) {
        // Two paths of a command line may lead to one file.
        if (this.#sources.length > 1) {
          if (seen.has(file.path)) continue;
          seen.add(file.path);
        }
        this.#listed++;
        this.#bytes += file.size;
        if (file.localPath === null && file.reopenable) this.#remote.set(file.path, file);
        if (yielding) yield file;
        else if (ahead.push(file) === LISTED_AHEAD) {
          yielding = true;
          yield* ahead;
          ahead = [];
        }
      }
    }
    this.#complete = true;
    yield* ahead;
  }

  totals(skipped: number): { readonly filesTotal: number | null; readonly bytesTotal: number | null } {
    return this.#complete
      ? { filesTotal: this.#listed - skipped, bytesTotal: this.#bytes }
      : { filesTotal: null, bytesTotal: null };
  }

  remote(path: string): SourceFile | null {
    return this.#remote.get(path) ?? null;
  }
}
