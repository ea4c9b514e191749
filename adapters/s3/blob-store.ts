import type { S3Client } from "@aws-sdk/client-s3";
import type { BlobStore } from "#core/ports/blob-store.ts";
import { S3Objects } from "./objects.ts";

/** Blobs in a bucket, below a prefix. */
export class S3BlobStore implements BlobStore {
  readonly #objects: S3Objects;
  readonly #prefix: string;

  /** @param prefix ends with `/` */
  constructor(client: S3Client, bucket: string, prefix = "blobs/") {
    this.#objects = new S3Objects(client, bucket);
    this.#prefix = prefix;
  }

  put(name: string, bytes: Uint8Array): Promise<void> {
    return this.#objects.put(`${this.#prefix}${name}`, bytes, "application/octet-stream");
  }

  get(name: string): Promise<Uint8Array | null> {
    return this.#objects.getIfAny(`${this.#prefix}${name}`);
  }

  remove(name: string): Promise<void> {
    return this.#objects.remove(`${this.#prefix}${name}`);
  }
}
