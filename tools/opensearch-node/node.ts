import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { prepareDistribution } from "./distribution.ts";
import { findJava } from "./java.ts";
import { launch } from "./launch.ts";
import { nodeUser } from "./node-user.ts";
import { DEFAULTS, type NodeOptions } from "./options.ts";
import { cacheFolder, type NodeFolders, nodeFolders } from "./places.ts";
import { forgetState, type NodeState, runningNode, withLock, writeState } from "./state.ts";

const GRACE_MS = 30_000;

export interface Started extends NodeState {
  /** It ran before. */
  readonly already: boolean;
}

const user = () => nodeUser(process.getuid?.(), process.env);

/** Where a node of this name keeps its data, logs and state. */
export const foldersOf = (name: string): NodeFolders => nodeFolders(cacheFolder(process.env, user()), name);

/**
 * A node that answers, on this machine only; the one that runs already when there is one. It outlives this process.
 * Throws NodeError with what keeps it from running.
 */
export async function startNode(options: NodeOptions, say: (text: string) => void = () => {}): Promise<Started> {
  const folders = foldersOf(options.name);
  mkdirSync(dirname(folders.lock), { recursive: true, mode: 0o755 });
  return withLock(folders, async () => {
    const running = runningNode(folders);
    if (running) return { ...running, already: true };
    const java = findJava(process.env);
    const distribution = await prepareDistribution(cacheFolder(process.env, user()), say);
    say(`starting with Java ${java.major} (${java.home}), heap ${options.heap}`);
    const { pid, url } = await launch({ options, folders, java, distribution, user: user() });
    const state = { pid, url, data: folders.data, heap: options.heap };
    writeState(folders, state);
    return { ...state, already: false };
  });
}

/** `null` when none of this name runs. */
export const statusOf = (name = DEFAULTS.name): NodeState | null => runningNode(foldersOf(name));

/**
 * Asks the node to end, and ends it when it has not within 30 seconds, or at once with `graceful: false`, as when a
 * machine dies. Answers whether there was one.
 */
export async function stopNode(name = DEFAULTS.name, { graceful = true } = {}): Promise<boolean> {
  const folders = foldersOf(name);
  const running = runningNode(folders);
  if (running && graceful) await signalled(running, "SIGTERM", folders);
  if (running && runningNode(folders)) await signalled(running, "SIGKILL", folders);
  forgetState(folders);
  return running !== null;
}

async function signalled({ pid }: NodeState, signal: NodeJS.Signals, folders: NodeFolders): Promise<void> {
  process.kill(pid, signal);
  for (const until = Date.now() + GRACE_MS; runningNode(folders) && Date.now() < until; ) await wait(100);
}

/** Stops the node and removes all that it kept. */
export async function removeNode(name: string): Promise<void> {
  await stopNode(name, { graceful: false });
  rmSync(foldersOf(name).folder, { recursive: true, force: true });
}
