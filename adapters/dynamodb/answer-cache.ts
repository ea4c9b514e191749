import { createHash } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type EpochMs, SECOND } from "#core/domain/time.ts";
import type { AnswerCache } from "#core/ports/answer-cache.ts";
import type { BlobStore } from "#core/ports/blob-store.ts";
import type { Clock } from "#core/ports/clock.ts";
import { type Packed, Packer } from "./packing.ts";
import { type Item, Table } from "./table.ts";

const INLINE_BYTES = 256 * 1024;

interface AnswerItem extends Item, Packed {
  readonly until: EpochMs;
}

/** Answers in the table of states. One whose blob was removed is asked for again. */
export class DynamoAnswerCache implements AnswerCache {
  readonly #table: Table;
  readonly #packer: Packer;
  readonly #clock: Clock;

  constructor(client: DynamoDBClient, tableName: string, blobs: BlobStore, clock: Clock) {
    this.#table = new Table(client, tableName);
    this.#packer = new Packer(blobs, "answers", INLINE_BYTES);
    this.#clock = clock;
  }

  async read(key: string): Promise<unknown> {
    const item = await this.#table.get<AnswerItem>(keyOf(key));
    if (item === undefined || item.until <= this.#clock.now()) return null;
    return JSON.parse((await this.#packer.unpack(item)) ?? "null");
  }

  async write(key: string, value: unknown, until: EpochMs): Promise<void> {
    const packed = await this.#packer.pack(JSON.stringify(value));
    const item = { ...keyOf(key), until, expiresAt: Math.ceil(until / SECOND), ...packed };
    const written = await this.#table.put(item);
    if (written.done) await this.#packer.discard(written.item, packed);
  }
}

const keyOf = (key: string) => ({ key: `answer#${createHash("sha256").update(key).digest("base64url")}` });
