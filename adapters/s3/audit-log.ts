import { createHash } from "node:crypto";
import type { S3Client } from "@aws-sdk/client-s3";
import type { AuditLog, AuditRecord } from "#core/ports/audit-log.ts";
import { S3Objects } from "./objects.ts";

/** Characters of the hash that tells two changes of the same millisecond apart. */
const DIGEST = 8;

/** Records in a bucket, one object each, in the order of time: `audit/2026/11/03/2026-11-03T02.14.05.123Z-provision-1a2b3c4d.json`. */
export class S3AuditLog implements AuditLog {
  readonly #objects: S3Objects;

  constructor(client: S3Client, bucket: string) {
    this.#objects = new S3Objects(client, bucket);
  }

  async add(record: AuditRecord): Promise<void> {
    const time = new Date(record.at).toISOString();
    const json = JSON.stringify({ ...record, at: time });
    const digest = createHash("sha256").update(json).digest("hex").slice(0, DIGEST);
    const day = time.slice(0, 10).replaceAll("-", "/");
    const key = `audit/${day}/${time.replaceAll(":", ".")}-${record.action}-${digest}.json`;
    await this.#objects.put(key, json, "application/json");
  }
}
