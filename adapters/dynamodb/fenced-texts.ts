import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { inParallel } from "#adapters/shared/in-parallel.ts";
import type { BlobStore } from "#core/ports/blob-store.ts";
import type { Fence } from "#core/ports/leases.ts";
import { fenceAttributes, fenced, leaseLost } from "./fencing.ts";
import { type Packed, Packer } from "./packing.ts";
import { type Item, Table } from "./table.ts";

/** Blobs fetched at a time. */
const AT_ONCE = 16;
/** A blob that is gone was replaced: the item is read again. */
const ATTEMPTS = 3;

interface TextItem extends Item, Packed {
  readonly key: string;
}

/** A text and what was kept beside it; the text is `null` where it was forgotten, or its blob is lost. */
export interface KeptText {
  readonly text: string | null;
  readonly attributes: Item;
}

/** Texts in the table of states, each under a key and a lease's token. */
export class FencedTexts {
  readonly #table: Table;
  readonly #packer: Packer;

  constructor(
    client: DynamoDBClient,
    tableName: string,
    blobs: BlobStore,
    { folder, inlineBytes }: { readonly folder: string; readonly inlineBytes: number },
  ) {
    this.#table = new Table(client, tableName);
    this.#packer = new Packer(blobs, folder, inlineBytes);
  }

  /** In the order of the keys; `null` where nothing was ever written. */
  async read(keys: readonly string[]): Promise<readonly (KeptText | null)[]> {
    const items = await this.#table.getAll<TextItem>([...new Set(keys)].map((key) => ({ key })));
    const byKey = new Map(items.map((item) => [item.key, item]));
    return inParallel(keys, AT_ONCE, async (key) => {
      const item = byKey.get(key);
      return item ? this.#whole(item) : null;
    });
  }

  /** Replaces the text, or forgets it and keeps only under which token that was. Rejects with `LEASE_LOST`. */
  async write(key: string, text: string | null, attributes: Item, fence: Fence, what: string): Promise<void> {
    const packed = text === null ? {} : await this.#packer.pack(text);
    const written = await this.#table.put({ key, ...attributes, ...packed, ...fenceAttributes(fence) }, fenced(fence));
    if (written.done) return this.#packer.discard(written.item, packed);
    await this.#packer.discard(packed);
    throw leaseLost(what, fence, written.item);
  }

  async #whole(item: TextItem): Promise<KeptText> {
    let current = item;
    for (let attempt = 1; ; attempt++) {
      const text = await this.#packer.unpack(current);
      if (text !== null || current.blob === undefined || attempt === ATTEMPTS) return { text, attributes: current };
      current = (await this.#table.get<TextItem>({ key: item.key })) ?? current;
    }
  }
}
