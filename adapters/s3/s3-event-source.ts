import { GetObjectCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { awsError } from "#adapters/shared/aws-errors.ts";
import { cloudtrailKey, mayHold } from "#core/domain/cloudtrail-key.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { Cancellation, EventSource, ReadSelection, SourceFile } from "#core/ports/event-source.ts";
import { mayHoldBelow } from "./prefix.ts";

/** `s3://bucket/prefix`. Throws TrailwatchError `USAGE` for anything else. */
export function parseS3Url(url: string): { readonly bucket: string; readonly prefix: string } {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(url);
  if (!match?.[1]) {
    throw new TrailwatchError("USAGE", `not an S3 address: ${url}`, "Write it as s3://bucket or s3://bucket/prefix.");
  }
  return { bucket: match[1], prefix: match[2] ?? "" };
}

/**
 * CloudTrail files in a bucket. What a selection rules out by account, region or day is not even listed: the layout is
 * walked prefix by prefix, so that a day of one account in a bucket of years costs a handful of requests. Digest files
 * are never fetched.
 */
export class S3EventSource implements EventSource {
  readonly name: string;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  constructor(client: S3Client, url: string) {
    const { bucket, prefix } = parseS3Url(url);
    this.name = url;
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  async *files(selection: ReadSelection, signal?: Cancellation): AsyncIterable<SourceFile> {
    const prunes = selection.from ?? selection.to ?? selection.accounts ?? selection.regions;
    yield* prunes === undefined
      ? this.#flat(this.#prefix, selection, signal)
      : this.#walk(this.#prefix, selection, signal);
  }

  /** Depth first, objects and prefixes merged in key order, which is the order a flat listing has. */
  async *#walk(prefix: string, selection: ReadSelection, signal?: Cancellation): AsyncIterable<SourceFile> {
    const entries: { readonly key: string; readonly file?: SourceFile }[] = [];
    for await (const page of this.#pages(prefix, "/", signal)) {
      for (const below of page.CommonPrefixes ?? []) if (below.Prefix) entries.push({ key: below.Prefix });
      for (const file of this.#selected(page.Contents, selection)) entries.push({ key: file.path, file });
    }
    entries.sort((a, b) =>
      compare(a.file ? a.key.slice(this.#uriLength()) : a.key, b.file ? b.key.slice(this.#uriLength()) : b.key),
    );
    for (const { key, file } of entries) {
      if (file) yield file;
      else if (mayHoldBelow(key, selection)) {
        yield* (cloudtrailKey(key)?.day ?? null) === null
          ? this.#walk(key, selection, signal)
          : this.#flat(key, selection, signal);
      }
    }
  }

  async *#flat(prefix: string, selection: ReadSelection, signal?: Cancellation): AsyncIterable<SourceFile> {
    for await (const page of this.#pages(prefix, undefined, signal)) yield* this.#selected(page.Contents, selection);
  }

  async *#pages(prefix: string, delimiter: string | undefined, signal?: Cancellation) {
    let token: string | undefined;
    do {
      const page = await this.#list(prefix, delimiter, token);
      yield page;
      token = page.NextContinuationToken;
    } while (token && !signal?.aborted);
  }

  async #list(prefix: string, delimiter: string | undefined, token: string | undefined) {
    try {
      return await this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: prefix,
          Delimiter: delimiter,
          ContinuationToken: token,
        }),
      );
    } catch (error) {
      throw awsError(error, `list s3://${this.#bucket}/${prefix}`, `s3:ListBucket on arn:aws:s3:::${this.#bucket}`);
    }
  }

  *#selected(
    objects: readonly { Key?: string; Size?: number; ETag?: string }[] | undefined,
    selection: ReadSelection,
  ): Iterable<SourceFile> {
    for (const { Key: key, Size: size = 0, ETag: tag = "" } of objects ?? []) {
      if (!key || key.endsWith("/")) continue;
      const named = cloudtrailKey(key);
      if (named && (named.kind === "digest" || !mayHold(named, selection))) continue;
      yield {
        path: `s3://${this.#bucket}/${key}`,
        size,
        tag: tag.replaceAll('"', ""),
        localPath: null,
        reopenable: true,
        open: () => this.#get(key),
      };
    }
  }

  async #get(key: string): Promise<Uint8Array> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      if (!Body) throw new Error("the answer has no body");
      return await Body.transformToByteArray();
    } catch (error) {
      throw awsError(
        error,
        `read s3://${this.#bucket}/${key}`,
        `s3:GetObject on arn:aws:s3:::${this.#bucket}/* (and kms:Decrypt on its key)`,
      );
    }
  }

  #uriLength(): number {
    return `s3://${this.#bucket}/`.length;
  }
}

/** By code unit, as S3 orders keys of ASCII. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
