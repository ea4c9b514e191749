import { createHash } from "node:crypto";
import { BUCKET, type EpochMs, MINUTE } from "#core/domain/time.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import type { DenseRollup } from "#core/ports/rollup-store.ts";
import { shortened } from "./long-text.ts";

const ID_BYTES = 16;

/** The same for the same signal, entity and bucket, whatever was counted. */
export function rollupId({ signal, entity, bucket }: RollupRow): string {
  const { account, region, principal, resource } = entity;
  const key = JSON.stringify([signal, account, region, principal, resource, bucket]);
  return createHash("sha256").update(key).digest().subarray(0, ID_BYTES).toString("base64url");
}

/** The document of a count. Fields without a value are left out; `long` holds what fields have the beginning of. */
export function rollupDocument(row: DenseRollup, writtenAt: EpochMs): Readonly<Record<string, unknown>> {
  const { account, region, principal, resource } = row.entity;
  const fields = {
    "@timestamp": row.bucket,
    bucket_minutes: BUCKET / MINUTE,
    signal: row.signal,
    account,
    region,
    ...(principal === null ? {} : { principal }),
    ...(resource === null ? {} : { resource }),
    entity: `${account}|${region}`,
    account_type: row.accountType,
    ...(row.ouPath === null ? {} : { ou_path: row.ouPath }),
    value: row.value,
    root: Math.sqrt(row.value),
    written_at: writtenAt,
  };
  const short = shortened(fields);
  return short ? { ...short.fields, long: short.long } : fields;
}
