import { readFileSync } from "node:fs";
import { connectOpenSearch, type OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { indexTemplates } from "#adapters/opensearch/documents/mappings.ts";
import { type IndexNames, indexNames } from "#adapters/opensearch/index-names.ts";
import { removeNode, startNode } from "../../tools/opensearch-node/node.ts";
import { DEFAULTS } from "../../tools/opensearch-node/options.ts";

/** A node of its own for one measurement. */
export interface MeasuredNode {
  readonly url: string;
  readonly connection: OpenSearchConnection;
  /** Indices with the product's templates, under a namespace of their own; what was there before is gone. */
  fresh(namespace: string): Promise<IndexNames>;
  memory(): Promise<NodeMemory>;
  /** Milliseconds of processor time that it has used; `null` where the system does not say. */
  cpu(): number | null;
}

export interface NodeMemory {
  /** Most that the process ever held. `null` where the system does not say. */
  readonly peakRssMiB: number | null;
  /** Of the heap, what stays in use after the collector has been through the old generation. */
  readonly oldGenerationMiB: number;
  readonly heapMiB: number;
  /** Requests that a circuit breaker stopped. */
  readonly breakersTripped: number;
}

const MIB = 1024 * 1024;

export async function withNode<T>(heap: string, use: (node: MeasuredNode) => Promise<T>): Promise<T> {
  const name = `bench-${heap}`;
  await removeNode(name);
  const { url, pid } = await startNode({ ...DEFAULTS, name, heap });
  const connection = connectOpenSearch({ url, authentication: { kind: "none" } });
  try {
    return await use({
      url,
      connection,
      fresh: (namespace) => fresh(connection, namespace),
      memory: () => memoryOf(connection, pid),
      cpu: () => cpuOf(pid),
    });
  } finally {
    await connection.close();
    await removeNode(name);
  }
}

async function fresh(connection: OpenSearchConnection, namespace: string): Promise<IndexNames> {
  const names = indexNames(namespace);
  const indices = [names.events, names.rollups, names.quarantine, names.state].join(",");
  await connection.send("DELETE", `/${indices}`, { query: { ignore_unavailable: true }, allow: [404] });
  for (const { name, body } of indexTemplates(names, { replicas: 0 })) {
    await connection.send("PUT", `/_index_template/${name}`, { body });
  }
  return names;
}

async function memoryOf(connection: OpenSearchConnection, pid: number): Promise<NodeMemory> {
  const { body } = await connection.send("GET", "/_nodes/_local/stats/jvm,breaker");
  // biome-ignore lint/suspicious/noExplicitAny: the node's answer
  const [{ jvm, breakers }] = Object.values<any>(body.nodes) as [any];
  const tripped = Object.values<{ tripped: number }>(breakers).reduce((sum, breaker) => sum + breaker.tripped, 0);
  return {
    peakRssMiB: peakRss(pid),
    oldGenerationMiB: jvm.mem.pools.old.last_gc_stats.used_in_bytes / MIB,
    heapMiB: jvm.mem.heap_max_in_bytes / MIB,
    breakersTripped: tripped,
  };
}

/** Linux counts in hundredths of a second. */
const TICK_MS = 10;

function cpuOf(pid: number): number | null {
  try {
    const [, fields = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
    const [user, system] = fields.split(" ").slice(11, 13).map(Number);
    return user === undefined || system === undefined ? null : (user + system) * TICK_MS;
  } catch {
    return null;
  }
}

function peakRss(pid: number): number | null {
  try {
    const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return match ? Number(match[1]) / 1024 : null;
  } catch {
    return null;
  }
}
