import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ComparedRecord } from "#adapters/duckdb/settle.ts";
import { RecordReader } from "#adapters/files/record-reader.ts";
import { canonicalJson } from "#core/normalise/index.ts";
import type { Listing } from "./listing.ts";
import { recordsOfFile } from "./records-of-file.ts";

/**
 * Some records of a file, read again to compare their content. `null` when the file is not to be had any more.
 */
export async function canonicalRecords(
  listing: Pick<Listing, "remote">,
  path: string,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, ComparedRecord> | null> {
  let texts: ReadonlyMap<number, string>;
  try {
    const remote = listing.remote(path);
    texts = await recordsOfFile(remote === null ? readFileSync(path) : await remote.open(), numbers);
  } catch {
    return null;
  }
  const found = new Map<number, ComparedRecord>();
  for (const [number, text] of texts) {
    const canonical = canonicalText(text);
    const hash = createHash("sha256").update(canonical).digest("hex");
    found.set(number, { text, hash, fingerprint: textFingerprint(canonical) });
  }
  return found;
}

function canonicalText(text: string): string {
  try {
    return canonicalJson(JSON.parse(text));
  } catch {
    // A record of which only the fields that we read are JSON: it is the same as another only to the letter.
    return text;
  }
}

function textFingerprint(text: string): bigint {
  const bytes = Buffer.from(text);
  const print = { low: 0, high: 0 };
  new RecordReader().fingerprint(bytes, 0, bytes.length, print);
  return (BigInt(print.high >>> 0) << 32n) | BigInt(print.low >>> 0);
}
