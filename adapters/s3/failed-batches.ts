import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { S3Client } from "@aws-sdk/client-s3";
import { failedInvocation } from "#adapters/shared/failed-invocation.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { FailedBatch, FailedBatches, FailedSelection, KeptBatch } from "#core/ports/failed-batches.ts";
import { S3Objects } from "./objects.ts";

/** Our own: `failed/<function>/2026/11/03/2026-11-03T02.14.05.123-<request id>.json.gz`. */
const OWN = "failed/";
/** Where Lambda itself puts failed invocations: `aws/lambda/async/<function>/2026/11/03/2026-11-03T02.14.05-<uuid>`. */
const ASYNC = "aws/lambda/async/";
/** And failed batches of streams: `aws/lambda/<mapping>/<shard>/2026/11/03/2026-11-03T02.14.05-<uuid>`. */
const STREAMS = "aws/lambda/";

const TIMED = /\/(\d{4}-\d{2}-\d{2})T(\d{2})\.(\d{2})\.(\d{2}(?:\.\d{3})?)-[^/]+$/;
/** Lambda's own keys have no fraction of a second. */
const TO_THE_SECOND = "2026/11/03/2026-11-03T02.14.05".length;
const compress = promisify(gzip);
const inflate = promisify(gunzip);

/** A folder whose keys begin with the time, so that they are in its order. */
interface Series {
  readonly prefix: string;
  /** The function, where the folder's name says it; a stream's folder is named after its mapping. */
  readonly source: string;
}

/** Batches in a bucket: those that a function kept itself, and those that Lambda put there as its on-failure destination. */
export class S3FailedBatches implements FailedBatches {
  readonly #objects: S3Objects;

  constructor(client: S3Client, bucket: string) {
    this.#objects = new S3Objects(client, bucket);
  }

  async keep(batch: FailedBatch): Promise<string> {
    const key = `${OWN}${batch.source}/${timed(batch.failedAt)}-${keySafe(batch.requestId)}.json.gz`;
    await this.#objects.put(key, await compress(JSON.stringify(batch)), "application/gzip");
    return key;
  }

  async *list({ source, from, to }: FailedSelection = {}): AsyncIterable<KeptBatch> {
    for (const series of await this.#series()) {
      if (source !== undefined && series.source !== source) continue;
      const after = from === undefined ? undefined : `${series.prefix}${timed(from).slice(0, TO_THE_SECOND)}`;
      for await (const id of this.#objects.keys(series.prefix, after)) {
        const failedAt = timeOf(id);
        if (failedAt === null) continue;
        if (to !== undefined && failedAt >= to) break;
        if (from === undefined || failedAt >= from) yield { id, source: series.source, failedAt };
      }
    }
  }

  async read(id: string): Promise<FailedBatch> {
    const json = await parsed(await this.#objects.get(id), id);
    if (id.startsWith(OWN)) return isBatch(json) ? json : unreadable(id, "it is no record of ours of what failed");
    const failed = failedInvocation(json) ?? unreadable(id, "it is no record of a failed invocation");
    return failed.payload === null ? unreadable(id, "the record does not hold the event") : failed;
  }

  remove(id: string): Promise<void> {
    return this.#objects.remove(id);
  }

  async #series(): Promise<readonly Series[]> {
    const series: Series[] = [];
    for (const root of [OWN, ASYNC]) {
      for (const prefix of await this.#objects.folders(root)) series.push({ prefix, source: lastOf(prefix) });
    }
    for (const mapping of await this.#objects.folders(STREAMS)) {
      if (mapping === ASYNC) continue;
      for (const prefix of await this.#objects.folders(mapping)) series.push({ prefix, source: lastOf(mapping) });
    }
    return series.sort((a, b) => order(a.source, b.source) || order(a.prefix, b.prefix));
  }
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const lastOf = (prefix: string): string => prefix.split("/").at(-2) ?? prefix;

/** `2026/11/03/2026-11-03T02.14.05.123`: of one length, so that keys are in order of time. */
function timed(time: EpochMs): string {
  const iso = new Date(time).toISOString().slice(0, -1);
  return `${iso.slice(0, 10).replaceAll("-", "/")}/${iso.replaceAll(":", ".")}`;
}

function timeOf(key: string): EpochMs | null {
  const [, day, hours, minutes, seconds] = TIMED.exec(key) ?? [];
  return day === undefined ? null : Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
}

/** That much of it as tells it from an object of somebody else's. */
const isBatch = (json: unknown): json is FailedBatch =>
  typeof json === "object" && json !== null && "payload" in json && "requestId" in json;

const keySafe = (text: string): string => text.replace(/[^A-Za-z0-9-]/g, "_");

async function parsed(bytes: Uint8Array, id: string): Promise<unknown> {
  try {
    const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return JSON.parse(new TextDecoder().decode(zipped ? await inflate(bytes) : bytes));
  } catch (error) {
    return unreadable(id, error instanceof Error ? error.message : String(error));
  }
}

function unreadable(id: string, why: string): never {
  throw new TrailwatchError(
    "INPUT_UNREADABLE",
    `${id} cannot be replayed: ${why}`,
    "Look at the object, and remove it if it is not one of ours.",
  );
}
