import { statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { NodeUser } from "./node-user.ts";
import { VERSION } from "./release.ts";

/** Where one node keeps what it needs. */
export interface NodeFolders {
  readonly folder: string;
  readonly configuration: string;
  readonly data: string;
  readonly logs: string;
  /** `path.repo`: where snapshot repositories of type `fs` may be. */
  readonly repositories: string;
  readonly temporary: string;
  /** What the process prints. */
  readonly console: string;
  /** Written by the node once it listens: one address a line. */
  readonly ports: string;
  readonly state: string;
  readonly lock: string;
}

/**
 * The cache folder of this version: under `XDG_CACHE_HOME` or `~/.cache`; under /var/cache where the node's user cannot
 * get into those, as nobody gets into root's home.
 */
export function cacheFolder(
  environment: NodeJS.ProcessEnv,
  user: NodeUser | null,
  reachable: (folder: string, user: NodeUser) => boolean = canReach,
): string {
  const own = resolve(environment["XDG_CACHE_HOME"] || join(homedir(), ".cache"));
  return join(user === null || reachable(own, user) ? own : "/var/cache", "trailwatch", `opensearch-${VERSION}`);
}

export const distributionFolder = (cache: string): string => join(cache, "distribution");

export function nodeFolders(cache: string, name: string): NodeFolders {
  const folder = join(cache, "nodes", name);
  return {
    folder,
    configuration: join(folder, "config"),
    data: join(folder, "data"),
    logs: join(folder, "logs"),
    repositories: join(folder, "repositories"),
    temporary: join(folder, "tmp"),
    console: join(folder, "console.log"),
    ports: join(folder, "logs/http.ports"),
    state: join(folder, "state.json"),
    lock: join(cache, "nodes", `${name}.lock`),
  };
}

/** Whether every folder on the way lets the user through; what does not exist yet is going to. */
function canReach(folder: string, { uid, gid }: NodeUser): boolean {
  const found = statSync(folder, { throwIfNoEntry: false });
  const passes =
    found === undefined || (found.mode & (found.uid === uid ? 0o100 : found.gid === gid ? 0o010 : 0o001)) !== 0;
  return passes && (folder === dirname(folder) || canReach(dirname(folder), { uid, gid }));
}
