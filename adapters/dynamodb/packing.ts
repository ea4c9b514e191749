import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants } from "node:zlib";
import type { BlobStore } from "#core/ports/blob-store.ts";

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);
/** Most of what the highest saves, at a tenth of the time. */
const QUALITY = 5;

/** A text as an item holds it: compressed, or the name of the blob that does. Neither where there is no text. */
export interface Packed {
  readonly body?: Uint8Array;
  readonly blob?: string;
}

/**
 * Texts of any length in items of DynamoDB, which take 400 KB: what is longer than `inlineBytes` when compressed lies in a
 * blob that the item names. A blob is written before the item that names it and never changed, so that whoever writes the
 * item decides alone what is true; one that nobody names any more is removed by whoever took its place.
 */
export class Packer {
  readonly #blobs: BlobStore;
  readonly #folder: string;
  readonly #inlineBytes: number;

  /** @param folder what the names of blobs begin with, without a slash at its end */
  constructor(blobs: BlobStore, folder: string, inlineBytes: number) {
    this.#blobs = blobs;
    this.#folder = folder;
    this.#inlineBytes = inlineBytes;
  }

  async pack(text: string): Promise<Packed> {
    const bytes = Buffer.from(text);
    const body = await compress(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: QUALITY,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    });
    if (body.length <= this.#inlineBytes) return { body };
    const blob = `${this.#folder}/${randomUUID()}`;
    await this.#blobs.put(blob, body);
    return { blob };
  }

  /** `null` where there is no text, or its blob is gone: then another text has taken its place, most likely. */
  async unpack({ body, blob }: Packed): Promise<string | null> {
    const bytes = body ?? (blob === undefined ? null : await this.#blobs.get(blob));
    return bytes === null ? null : (await decompress(bytes)).toString();
  }

  /**
   * Removes the blob that `before` names, unless `now` names it too. What has been written stays written if that fails: the
   * blob is then waste, of some kilobytes.
   */
  async discard(before: Packed | undefined, now: Packed = {}): Promise<void> {
    if (before?.blob === undefined || before.blob === now.blob) return;
    await this.#blobs.remove(before.blob).catch(() => {});
  }
}
