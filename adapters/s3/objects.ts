import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { awsError } from "#adapters/shared/aws-errors.ts";
import { TrailwatchError } from "#core/domain/errors.ts";

const KEY_RIGHT = "on the bucket's key";

/** Objects of one bucket, whole. Rejects with TrailwatchError, an `AWS_*` code. */
export class S3Objects {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async put(key: string, body: string | Uint8Array, contentType: string): Promise<void> {
    try {
      await this.#client.send(
        new PutObjectCommand({ Bucket: this.#bucket, Key: key, Body: body, ContentType: contentType }),
      );
    } catch (error) {
      throw awsError(
        error,
        `write s3://${this.#bucket}/${key}`,
        `s3:PutObject on arn:aws:s3:::${this.#bucket}/*, and kms:GenerateDataKey ${KEY_RIGHT}`,
      );
    }
  }

  async get(key: string): Promise<Uint8Array> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      if (!Body) throw new Error("the answer has no body");
      return await Body.transformToByteArray();
    } catch (error) {
      throw awsError(
        error,
        `read s3://${this.#bucket}/${key}`,
        `s3:GetObject on arn:aws:s3:::${this.#bucket}/*, and kms:Decrypt ${KEY_RIGHT}`,
      );
    }
  }

  /** `null` where there is none; without s3:ListBucket S3 says of those that access is denied. */
  async getIfAny(key: string): Promise<Uint8Array | null> {
    return this.get(key).catch((error: unknown) => {
      if (error instanceof TrailwatchError && error.code === "AWS_NOT_FOUND" && isNoSuchKey(error.cause)) return null;
      throw error;
    });
  }

  async remove(key: string): Promise<void> {
    try {
      await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
    } catch (error) {
      throw awsError(error, `remove s3://${this.#bucket}/${key}`, `s3:DeleteObject on arn:aws:s3:::${this.#bucket}/*`);
    }
  }

  /** Keys below a prefix in ascending order, from the first one after `after` on. */
  async *keys(prefix: string, after?: string): AsyncIterable<string> {
    for await (const { Contents } of this.#pages(prefix, undefined, after)) {
      for (const { Key } of Contents ?? []) if (Key) yield Key;
    }
  }

  /** The "folders" right below a prefix that ends with `/`, each with its own ending `/`. */
  async folders(prefix: string): Promise<readonly string[]> {
    const folders: string[] = [];
    for await (const { CommonPrefixes } of this.#pages(prefix, "/")) {
      for (const { Prefix } of CommonPrefixes ?? []) if (Prefix) folders.push(Prefix);
    }
    return folders;
  }

  async *#pages(prefix: string, delimiter?: string, after?: string): AsyncIterable<ListObjectsV2CommandOutput> {
    let token: string | undefined;
    do {
      const page = await this.#list(prefix, delimiter, after, token);
      yield page;
      token = page.NextContinuationToken;
    } while (token);
  }

  async #list(prefix: string, delimiter?: string, after?: string, token?: string) {
    try {
      return await this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: prefix,
          Delimiter: delimiter,
          StartAfter: after,
          ContinuationToken: token,
        }),
      );
    } catch (error) {
      throw awsError(error, `list s3://${this.#bucket}/${prefix}`, `s3:ListBucket on arn:aws:s3:::${this.#bucket}`);
    }
  }
}

const isNoSuchKey = (cause: unknown): boolean => cause instanceof Error && cause.name === "NoSuchKey";
