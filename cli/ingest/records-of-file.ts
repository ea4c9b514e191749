import { RecordReader } from "#adapters/files/record-reader.ts";
import { type RecordSink, Splitter } from "#adapters/files/splitter.ts";
import { splitFile } from "#adapters/files/unpack.ts";

/** The text of some records of a file, by their number in it (from 1). What is not there is not in the answer. */
export async function recordsOfFile(file: Uint8Array, numbers: Iterable<number>): Promise<ReadonlyMap<number, string>> {
  const wanted = new Set(numbers);
  const found = new Map<number, string>();
  const sink: RecordSink = {
    record(bytes, start, end, number) {
      if (wanted.has(number)) found.set(number, bytes.toString("utf8", start, end));
    },
    broken: () => {},
    foreign: () => {},
    leftOut: () => {},
  };
  const splitter = new Splitter(new RecordReader(), sink);
  await splitFile({ localPath: null, bytes: file, size: file.length }, splitter);
  return found;
}
