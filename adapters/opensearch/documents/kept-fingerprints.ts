import type { OpenSearchConnection } from "../connection.ts";
import type { BulkItem } from "./bulk-request.ts";

const AT_ONCE = 1000;

/** The `fingerprint` that stands under each id, as of now; `undefined` where there is no such document or field. */
export async function keptFingerprints(
  connection: OpenSearchConnection,
  items: readonly Pick<BulkItem, "index" | "id">[],
): Promise<readonly (string | undefined)[]> {
  const kept: (string | undefined)[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    const docs = items.slice(from, from + AT_ONCE).map(({ index, id }) => ({ _index: index, _id: id }));
    const answer = await connection.send("POST", "/_mget", { query: { _source: "fingerprint" }, body: { docs } });
    const found: readonly { readonly _source?: { readonly fingerprint?: string } }[] = answer.body.docs;
    kept.push(...found.map((document) => document._source?.fingerprint));
  }
  return kept;
}
