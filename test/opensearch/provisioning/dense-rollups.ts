import type { IndexNames } from "#adapters/opensearch/index-names.ts";
import { OpenSearchRollupStore } from "#adapters/opensearch/rollup-store.ts";
import type { AccountType } from "#core/domain/account.ts";
import { BUCKET, bucketStart, type EpochMs } from "#core/domain/time.ts";
import type { DenseRollup } from "#core/ports/rollup-store.ts";
import type { TestNode } from "../support/live-node.ts";

const ACCOUNTS: readonly (readonly [string, AccountType, string])[] = [
  ["111111111111", "production", "/Workloads/Prod"],
  ["222222222222", "development", "/Workloads/Dev"],
  ["333333333333", "development", "/Workloads/Dev"],
];

/** Every bucket of `hours` before `until`, zeros too, of three accounts; an even coming and going. */
export async function writeRollups(
  { connection }: TestNode,
  names: IndexNames,
  signals: readonly string[],
  until: EpochMs,
  hours: number,
): Promise<void> {
  const store = new OpenSearchRollupStore(connection, names);
  await store.write(rows(signals, until, hours));
  await connection.send("POST", `/${names.rollups}/_refresh`);
}

function* rows(signals: readonly string[], until: EpochMs, hours: number): Generator<DenseRollup> {
  const end = bucketStart(until);
  for (let bucket = end - hours * 12 * BUCKET; bucket < end; bucket += BUCKET) {
    for (const [place, [account, accountType, ouPath]] of ACCOUNTS.entries()) {
      for (const signal of signals) {
        const value = (bucket / BUCKET) % (7 + place) === 0 ? 4 : (bucket / BUCKET + place) % 3;
        const entity = { account, region: "eu-west-1", principal: null, resource: null };
        yield { signal, entity, bucket, value, accountType, ouPath };
      }
    }
  }
}
