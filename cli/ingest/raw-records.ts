import { readFileSync } from "node:fs";
import { TrailwatchError } from "#core/domain/errors.ts";
import { recordsOfFile } from "./records-of-file.ts";

/** Where an event was read. */
interface Place {
  readonly file: string;
  readonly record: number;
}

/**
 * The records behind stored events as they stand in their files, in the order of `places`. Throws TrailwatchError
 * `INPUT_UNREADABLE` for a file that is not on this machine (any more).
 */
export async function* rawRecords(places: readonly Place[]): AsyncGenerator<string> {
  const texts = new Map<string, ReadonlyMap<number, string>>();
  for (const file of new Set(places.map((place) => place.file))) {
    const numbers = places.filter((place) => place.file === file).map(({ record }) => record);
    texts.set(file, await recordsOfFile(openFile(file), numbers));
  }
  for (const { file, record } of places) {
    const text = texts.get(file)?.get(record);
    if (text === undefined) throw unreadable(file, `record ${record} is not in ${file} any more`);
    yield text;
  }
}

function openFile(path: string): Buffer {
  if (path.startsWith("s3://")) throw unreadable(path, `${path} is not on this machine`);
  if (path.startsWith("stdin:")) throw unreadable(path, "what came from standard input was not kept");
  try {
    return readFileSync(path);
  } catch (cause) {
    throw unreadable(path, `cannot read ${path}: ${(cause as Error).message}`, cause);
  }
}

const unreadable = (path: string, message: string, cause?: unknown): TrailwatchError =>
  new TrailwatchError(
    "INPUT_UNREADABLE",
    message,
    path.startsWith("s3://")
      ? "Copy the file here with `aws s3 cp`, and look at the record there."
      : "Leave --raw out: the store still has the event itself.",
    { cause },
  );
