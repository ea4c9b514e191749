import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { RecordReader } from "#adapters/files/record-reader.ts";
import { type RecordSink, Splitter } from "#adapters/files/splitter.ts";
import { splitFile } from "#adapters/files/unpack.ts";
import { canonicalJson } from "#core/normalise/index.ts";
import type { Listing } from "./listing.ts";

export interface CanonicalRecord {
  /** SHA-256 of the record with its keys in order. */
  readonly hash: string;
  readonly text: string;
}

/**
 * Some records of a file, read again to compare their content. `null` when the file is not to be had any more, or has
 * changed so that it holds no such records.
 */
export async function canonicalRecords(
  listing: Pick<Listing, "remote">,
  path: string,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, CanonicalRecord> | null> {
  const wanted = new Set(numbers);
  const found = new Map<number, CanonicalRecord>();
  const sink: RecordSink = {
    record(bytes, start, end, number) {
      if (!wanted.has(number)) return;
      const text = bytes.toString("utf8", start, end);
      try {
        const hash = createHash("sha256")
          .update(canonicalJson(JSON.parse(text)))
          .digest("hex");
        found.set(number, { hash, text });
      } catch {
        // A record that could be read in part only is not the same as any other.
      }
    },
    broken: () => {},
    foreign: () => {},
  };
  try {
    const remote = listing.remote(path);
    const bytes = remote === null ? readFileSync(path) : await remote.open();
    await splitFile({ localPath: null, bytes, size: bytes.length }, new Splitter(new RecordReader(), sink));
  } catch {
    return null;
  }
  return found;
}
