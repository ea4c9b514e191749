import type { Java } from "./java.ts";
import type { NodeOptions } from "./options.ts";
import type { NodeFolders } from "./places.ts";

const VECTOR_MODULE = "jdk.incubator.vector";

/** `opensearch.yml`. JSON is YAML, so values are written as JSON. */
export function settingsFile(options: NodeOptions, folders: NodeFolders): string {
  const settings = {
    "cluster.name": `trailwatch-${options.name}`,
    "node.name": options.name,
    "discovery.type": "single-node",
    "network.host": "127.0.0.1",
    "http.port": options.port ?? "9200-9299",
    "transport.port": "9300-9399",
    "node.portsfile": true,
    "path.data": folders.data,
    "path.logs": folders.logs,
    "path.repo": [folders.repositories],
    // A test must not depend on how full somebody's disk is.
    "cluster.routing.allocation.disk.threshold_enabled": false,
    ...options.settings,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join("");
}

/**
 * `jvm.options`, from the one that is shipped: without the garbage collector's log and the heap dump, which go to the
 * distribution's own folder, and without the vector module where this Java has none.
 */
export function javaOptionsFile(shipped: string, heap: string, java: Java): string {
  const kept = shipped
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .filter((line) => !/^-Xm[sx]|gc\.log|HeapDump|ErrorFile/.test(line))
    .filter((line) => !line.includes(VECTOR_MODULE) || java.modules.has(VECTOR_MODULE));
  return `${[...kept, `-Xms${heap}`, `-Xmx${heap}`].join("\n")}\n`;
}
