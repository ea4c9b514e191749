import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { BlobStore } from "#core/ports/blob-store.ts";
import type { Fence } from "#core/ports/leases.ts";
import type { ModelStates, PackedStates, StateShard } from "#core/ports/model-states.ts";
import { FencedTexts } from "./fenced-texts.ts";

/**
 * Above it a blob is cheaper: DynamoDB bills every kilobyte written, S3 every request, and a busy account's states are
 * written every five minutes.
 */
const INLINE_BYTES = 8 * 1024;

/** Packed model states in the table of states, the large ones in blobs. */
export class DynamoModelStates implements ModelStates {
  readonly #texts: FencedTexts;

  constructor(client: DynamoDBClient, tableName: string, blobs: BlobStore) {
    this.#texts = new FencedTexts(client, tableName, blobs, { folder: "states", inlineBytes: INLINE_BYTES });
  }

  /** Of a shard whose blob is lost nothing is kept: its models are made anew. */
  async load(shards: readonly StateShard[]): Promise<readonly (PackedStates | null)[]> {
    const kept = await this.#texts.read(shards.map(keyOf));
    return kept.map((one) =>
      one === null || one.text === null ? null : { version: Number(one.attributes["version"]), text: one.text },
    );
  }

  async save(shard: StateShard, states: PackedStates | null, fence: Fence): Promise<void> {
    const key = keyOf(shard);
    const attributes = states === null ? {} : { version: states.version };
    await this.#texts.write(key, states?.text ?? null, attributes, fence, `the shard ${key}`);
  }
}

const keyOf = ({ account, of, shard }: StateShard): string => `states#${account}#${of}#${shard}`;
