import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { BlobStore } from "#core/ports/blob-store.ts";
import type { Checkpoints } from "#core/ports/checkpoints.ts";
import type { Fence } from "#core/ports/leases.ts";
import { FencedTexts } from "./fenced-texts.ts";

/** A checkpoint is written every minute and read as often: it stays in the item while that is not too dear. */
const INLINE_BYTES = 64 * 1024;

/** Checkpoints in the table of states. */
export class DynamoCheckpoints implements Checkpoints {
  readonly #texts: FencedTexts;

  constructor(client: DynamoDBClient, tableName: string, blobs: BlobStore) {
    this.#texts = new FencedTexts(client, tableName, blobs, { folder: "checkpoints", inlineBytes: INLINE_BYTES });
  }

  async read(name: string): Promise<unknown> {
    const [found] = await this.#texts.read([keyOf(name)]);
    if (!found) return null;
    if (found.text !== null) return JSON.parse(found.text);
    throw new TrailwatchError(
      "STORE_UNUSABLE",
      `the checkpoint ${name} names a blob that is not there`,
      "Remove its item from the table of states: the run then begins anew.",
    );
  }

  async write(name: string, value: unknown, fence: Fence): Promise<void> {
    await this.#texts.write(keyOf(name), JSON.stringify(value), {}, fence, `the checkpoint ${name}`);
  }
}

const keyOf = (name: string): string => `checkpoint#${name}`;
