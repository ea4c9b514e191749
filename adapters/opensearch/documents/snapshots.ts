import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { Answer, OpenSearchConnection } from "../connection.ts";
import { opensearchError } from "../errors.ts";
import type { IndexNames } from "../index-names.ts";
import { MAPPING_VERSION } from "./mappings.ts";

/** Where snapshots are kept. */
export type RepositoryPlace =
  /** A folder that every node sees, within one of its `path.repo`. */
  | { readonly type: "fs"; readonly location: string }
  /** `roleArn` is the role that Amazon's domains take to write there; other clusters have their own credentials. */
  | {
      readonly type: "s3";
      readonly bucket: string;
      readonly region?: string;
      readonly basePath?: string;
      readonly roleArn?: string;
    };

export interface Snapshot {
  readonly name: string;
  readonly state: "SUCCESS" | "IN_PROGRESS" | "PARTIAL" | "FAILED" | "INCOMPATIBLE";
  readonly startedAt: EpochMs;
  readonly indices: readonly string[];
}

export interface SnapshotOptions {
  /** Waits between looks at a snapshot that is being taken; tests have other clocks. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

const LOOK_AGAIN_MS = 1000;

/** One repository a namespace. */
const repositoryName = (names: IndexNames): string => `${names.namespace}trailwatch-snapshots`;

/** Makes the repository known to the cluster, or changes where it is. Every node tries to write there first. */
export async function createRepository(
  connection: OpenSearchConnection,
  names: IndexNames,
  place: RepositoryPlace,
): Promise<void> {
  const path = `/_snapshot/${repositoryName(names)}`;
  const answer = await connection.send("PUT", path, { body: repositoryBody(place), allow: [400, 500] });
  if (answer.status >= 400) throw repositoryError(answer, path);
}

function repositoryBody(place: RepositoryPlace): object {
  if (place.type === "fs") return { type: "fs", settings: { location: place.location, compress: true } };
  const { bucket, region, basePath, roleArn } = place;
  return { type: "s3", settings: { bucket, region, base_path: basePath, role_arn: roleArn } };
}

/** The node's own words stand beneath "failed to create repository". */
function repositoryError(answer: Answer, path: string): TrailwatchError {
  const causes: readonly { readonly reason?: string }[] = answer.body?.error?.root_cause ?? [];
  const reason = causes[0]?.reason ?? opensearchError(answer, path).message;
  return new TrailwatchError(
    "OPENSEARCH_REFUSED",
    `OpenSearch takes no snapshots there: ${reason}`,
    "For a folder, set path.repo on every node and start them again; for a bucket, give the nodes the repository-s3 plugin and the right to write to it.",
    { cause: answer.body },
  );
}

/**
 * Takes a snapshot of everything of ours, and waits until it is whole. Its name tells its time, to the second. Rejects
 * with `OPENSEARCH_FAILED` when it lacks a shard.
 */
export async function takeSnapshot(
  connection: OpenSearchConnection,
  names: IndexNames,
  now: EpochMs,
  { pause = defaultPause }: SnapshotOptions = {},
): Promise<Snapshot> {
  const name = `trailwatch-${new Date(now).toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "")}`;
  const { events, rollups, insights, incidents, firstUses, quarantine, state } = names;
  await connection.send("PUT", `/_snapshot/${repositoryName(names)}/${name}`, {
    body: {
      indices: [events, rollups, insights, incidents, firstUses, quarantine, state].join(","),
      ignore_unavailable: true,
      include_global_state: false,
      metadata: { trailwatch: { version: MAPPING_VERSION } },
    },
  });
  for (;;) {
    const snapshot = await snapshotOf(connection, names, name);
    if (snapshot.state === "SUCCESS") return snapshot;
    if (snapshot.state !== "IN_PROGRESS") {
      throw new TrailwatchError(
        "OPENSEARCH_FAILED",
        `snapshot ${name} is ${snapshot.state}: some of the data is not in it`,
        "Look at the cluster's health and logs, then take another.",
      );
    }
    await pause(LOOK_AGAIN_MS);
  }
}

const defaultPause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/** Oldest first. */
export async function listSnapshots(connection: OpenSearchConnection, names: IndexNames): Promise<readonly Snapshot[]> {
  const { body } = await connection.send("GET", `/_snapshot/${repositoryName(names)}/_all`);
  return (body.snapshots as readonly StoredSnapshot[]).map(snapshotFrom).sort((a, b) => a.startedAt - b.startedAt);
}

export interface RestoreOptions extends SnapshotOptions {
  /** In front of every name, so that nothing that is there is touched: `restored-`. */
  readonly prefix: string;
  /** Of those in the snapshot; all where not given. */
  readonly indices?: readonly string[];
  readonly replicas?: number;
}

/**
 * Restores a snapshot's indices beside those that are there, and waits until they can be asked. Resolves with their
 * names. Rejects with `NOT_FOUND` for an index that the snapshot does not hold.
 */
export async function restoreSnapshot(
  connection: OpenSearchConnection,
  names: IndexNames,
  name: string,
  { prefix, indices, replicas = 0, pause = defaultPause }: RestoreOptions,
): Promise<readonly string[]> {
  if (!/^[a-z0-9-]+-$/.test(prefix) || prefix.startsWith("-")) {
    throw new RangeError(`a prefix has small letters, digits and dashes, and ends with one, got: ${prefix}`);
  }
  const held = (await snapshotOf(connection, names, name)).indices;
  const wanted = indices ?? held;
  const missing = wanted.find((index) => !held.includes(index));
  if (missing !== undefined) {
    throw new TrailwatchError(
      "NOT_FOUND",
      `snapshot ${name} does not hold ${missing}`,
      `It holds: ${held.join(", ")}.`,
    );
  }
  if (wanted.length === 0) return [];
  await connection.send("POST", `/_snapshot/${repositoryName(names)}/${encodeURIComponent(name)}/_restore`, {
    body: {
      indices: wanted.join(","),
      include_global_state: false,
      include_aliases: false,
      rename_pattern: "^(.+)$",
      rename_replacement: `${prefix}$1`,
      index_settings: { "index.number_of_replicas": replicas },
    },
  });
  const restored = wanted.map((index) => prefix + index);
  for (const index of restored) await untilThere(connection, index, pause);
  return restored;
}

/** Looks in a row, a second apart, after which an index that is red stays so: a node tries a shard several times. */
const LOOKS_AT_RED = 15;

/** By its primary shards: an index is yellow, as one that lacks no more than copies, from the moment that it is made. */
async function untilThere(
  connection: OpenSearchConnection,
  index: string,
  pause: (milliseconds: number) => Promise<void>,
): Promise<void> {
  for (let red = 0; ; ) {
    const { body } = await connection.send("GET", `/_cluster/health/${index}`, { query: { level: "indices" } });
    const health: IndexHealth | undefined = body.indices[index];
    if (health && health.active_primary_shards === health.number_of_shards) return;
    red = health?.status === "red" ? red + 1 : 0;
    if (health && red >= LOOKS_AT_RED) {
      throw new TrailwatchError(
        "OPENSEARCH_FAILED",
        `${index} is not restored: ${health.active_primary_shards} of ${health.number_of_shards} shards are there, and the rest cannot be`,
        "See why with GET _cluster/allocation/explain; where it does not go on, delete the index and restore it again.",
        { cause: body },
      );
    }
    await pause(LOOK_AGAIN_MS);
  }
}

interface IndexHealth {
  readonly status: "green" | "yellow" | "red";
  readonly number_of_shards: number;
  readonly active_primary_shards: number;
}

interface StoredSnapshot {
  readonly snapshot: string;
  readonly state: Snapshot["state"];
  readonly start_time_in_millis: EpochMs;
  readonly indices: readonly string[];
}

const snapshotFrom = ({ snapshot, state, start_time_in_millis, indices }: StoredSnapshot): Snapshot => ({
  name: snapshot,
  state,
  startedAt: start_time_in_millis,
  indices: [...indices].sort(),
});

async function snapshotOf(connection: OpenSearchConnection, names: IndexNames, name: string): Promise<Snapshot> {
  const { body } = await connection.send("GET", `/_snapshot/${repositoryName(names)}/${encodeURIComponent(name)}`);
  return snapshotFrom(body.snapshots[0]);
}
