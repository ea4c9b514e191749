import type { S3Client } from "@aws-sdk/client-s3";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { Snapshot, SnapshotStore } from "#core/ports/snapshot-store.ts";
import { S3Objects } from "./objects.ts";

const JSON_TYPE = "application/json";

/**
 * Snapshots in a bucket: each under its time (`snapshots/organization/2026-11-03T02:15:00.000Z.json`), the newest a
 * second time as `latest.json`, so that reading it is one request.
 */
export class S3SnapshotStore implements SnapshotStore {
  readonly #objects: S3Objects;
  readonly #prefix: string;

  /** @param prefix ends with `/` */
  constructor(client: S3Client, bucket: string, prefix = "snapshots/") {
    this.#objects = new S3Objects(client, bucket);
    this.#prefix = prefix;
  }

  async write(name: string, snapshot: Snapshot): Promise<void> {
    const json = JSON.stringify({ takenAt: new Date(snapshot.takenAt).toISOString(), content: snapshot.content });
    await this.#objects.put(this.#key(name, new Date(snapshot.takenAt).toISOString()), json, JSON_TYPE);
    const latest = await this.latest(name);
    if (latest !== null && latest.takenAt > snapshot.takenAt) return;
    await this.#objects.put(this.#key(name, "latest"), json, JSON_TYPE);
  }

  /** Rejects with TrailwatchError `INPUT_UNREADABLE` where what lies there is no snapshot. */
  async latest(name: string): Promise<Snapshot | null> {
    const key = this.#key(name, "latest");
    const bytes = await this.#objects.getIfAny(key);
    return bytes === null ? null : parsed(bytes, key);
  }

  #key(name: string, time: string): string {
    return `${this.#prefix}${name}/${time}.json`;
  }
}

function parsed(bytes: Uint8Array, key: string): Snapshot {
  try {
    const { takenAt, content } = JSON.parse(new TextDecoder().decode(bytes));
    const time = Date.parse(takenAt);
    if (Number.isNaN(time)) throw new Error("it has no time");
    return { takenAt: time, content };
  } catch (error) {
    throw new TrailwatchError(
      "INPUT_UNREADABLE",
      `${key} is no snapshot: ${error instanceof Error ? error.message : error}`,
      "Take a new one: invoke the function that takes it.",
      { cause: error },
    );
  }
}
