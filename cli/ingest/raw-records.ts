import { readFileSync } from "node:fs";
import { TrailwatchError } from "#core/domain/errors.ts";
import { recordsOfFile } from "./records-of-file.ts";

/** Where an event was read. */
interface Place {
  readonly file: string;
  readonly record: number;
}

/**
 * The records behind stored events as they stand in their files, in the order of `places`; `fetched` brings a file of
 * S3. Throws TrailwatchError `INPUT_UNREADABLE` for a file that is not there any more, and what `fetched` rejects with.
 */
export async function* rawRecords(
  places: readonly Place[],
  fetched: (url: string) => Promise<Uint8Array>,
): AsyncGenerator<string> {
  const texts = new Map<string, ReadonlyMap<number, string>>();
  for (const file of new Set(places.map((place) => place.file))) {
    const numbers = places.filter((place) => place.file === file).map(({ record }) => record);
    texts.set(file, await recordsOfFile(file.startsWith("s3://") ? await fetched(file) : openFile(file), numbers));
  }
  for (const { file, record } of places) {
    const text = texts.get(file)?.get(record);
    if (text === undefined) throw unreadable(`record ${record} is not in ${file} any more`);
    yield text;
  }
}

function openFile(path: string): Buffer {
  if (path.startsWith("stdin:")) throw unreadable("what came from standard input was not kept");
  try {
    return readFileSync(path);
  } catch (cause) {
    throw unreadable(`cannot read ${path}: ${(cause as Error).message}`, cause);
  }
}

const unreadable = (message: string, cause?: unknown): TrailwatchError =>
  new TrailwatchError("INPUT_UNREADABLE", message, "Leave --raw out: the store still has the event itself.", { cause });
