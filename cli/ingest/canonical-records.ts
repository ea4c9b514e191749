import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ComparedRecord } from "#adapters/duckdb/settle.ts";
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
  for (const [number, text] of texts) found.set(number, { text, hash: canonicalHash(text) });
  return found;
}

function canonicalHash(text: string): string {
  let canonical: string;
  try {
    canonical = canonicalJson(JSON.parse(text));
  } catch {
    // A record of which only the fields that we read are JSON: it is the same as another only to the letter.
    canonical = text;
  }
  return createHash("sha256").update(canonical).digest("hex");
}
