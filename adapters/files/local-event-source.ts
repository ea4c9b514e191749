import { readdirSync, readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { cloudtrailKey, mayHold } from "#core/domain/cloudtrail-key.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { EventSource, ReadSelection, SourceFile } from "#core/ports/event-source.ts";

/** A file or a folder on this machine, with everything below it but hidden folders. */
export class LocalEventSource implements EventSource {
  readonly name: string;
  readonly #path: string;

  constructor(path: string) {
    this.name = path;
    this.#path = resolve(path);
  }

  async *files(selection: ReadSelection, signal?: AbortSignal): AsyncIterable<SourceFile> {
    const found = this.#look();
    if (!found.isDirectory()) yield new LocalFile(this.#path, found);
    else yield* walk(this.#path, selection, new Set(), signal);
  }

  #look(): Stats {
    try {
      return statSync(this.#path);
    } catch (cause) {
      const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
      throw new TrailwatchError(
        missing ? "INPUT_NOT_FOUND" : "INPUT_UNREADABLE",
        missing ? `no file or folder ${this.name}` : `cannot read ${this.name}: ${(cause as Error).message}`,
        missing ? "Check the path." : "Check the permissions of the path.",
        { cause },
      );
    }
  }
}

/** Sorted by whole path: a folder's name counts with the slash that follows it. */
function* walk(
  folder: string,
  selection: ReadSelection,
  entered: Set<string>,
  signal: AbortSignal | undefined,
): Generator<SourceFile> {
  let entries: readonly Entry[];
  try {
    const real = realpathSync(folder);
    if (entered.has(real)) return;
    entered.add(real);
    entries = entriesOf(folder);
  } catch (cause) {
    yield unreadableFolder(folder, cause);
    return;
  }
  for (const { path, stats } of entries) {
    if (signal?.aborted) return;
    const key = cloudtrailKey(stats.isDirectory() ? `${path}/` : path);
    if (key !== null && !mayHold(key, selection)) continue;
    if (stats.isDirectory()) yield* walk(path, selection, entered, signal);
    else yield new LocalFile(path, stats);
  }
}

interface Entry {
  readonly path: string;
  readonly order: string;
  readonly stats: Stats;
}

function entriesOf(folder: string): Entry[] {
  const entries: Entry[] = [];
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined || (stats.isDirectory() && name.startsWith("."))) continue;
    if (stats.isDirectory()) entries.push({ path, order: `${name}/`, stats });
    else if (stats.isFile()) entries.push({ path, order: name, stats });
  }
  return entries.sort((a, b) => (a.order < b.order ? -1 : 1));
}

/** Stands for what cannot be listed, so that it is counted and shown like a file that cannot be read. */
const unreadableFolder = (path: string, cause: unknown): SourceFile => ({
  path,
  size: 0,
  tag: "",
  localPath: null,
  reopenable: false,
  open: () =>
    Promise.reject(
      new TrailwatchError(
        "INPUT_UNREADABLE",
        `cannot list ${path}: ${(cause as Error).message}`,
        "Check the permissions of the folder.",
        { cause },
      ),
    ),
});

/** All files are listed before the first is read, and there may be tens of thousands: so little more than path and size. */
class LocalFile implements SourceFile {
  readonly path: string;
  readonly size: number;
  readonly #modified: number;

  constructor(path: string, { size, mtimeMs }: Stats) {
    this.path = path;
    this.size = size;
    this.#modified = Math.trunc(mtimeMs);
  }

  get tag(): string {
    return String(this.#modified);
  }

  get localPath(): string {
    return this.path;
  }

  get reopenable(): boolean {
    return true;
  }

  async open(): Promise<Uint8Array> {
    return readFileSync(this.path);
  }
}
