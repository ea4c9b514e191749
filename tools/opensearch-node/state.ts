import { readFileSync, rmSync, writeFileSync } from "node:fs";
import * as z from "zod";
import { NodeError } from "./node-error.ts";
import type { NodeFolders } from "./places.ts";
import { commandLineOf, isAlive } from "./process.ts";

const STATE = z.object({ pid: z.int().positive(), url: z.string(), data: z.string(), heap: z.string() });

/** What is known of a node that was started. */
export type NodeState = z.infer<typeof STATE>;

export function writeState({ state }: NodeFolders, known: NodeState): void {
  writeFileSync(state, `${JSON.stringify(known)}\n`);
}

/** `null` when no node of this name was started, or when it is gone. */
export function runningNode(folders: NodeFolders, commandLine = commandLineOf): NodeState | null {
  const state = readState(folders);
  return state && commandLine(state.pid).includes(folders.configuration) ? state : null;
}

function readState({ state }: NodeFolders): NodeState | null {
  try {
    return STATE.parse(JSON.parse(readFileSync(state, "utf8")));
  } catch {
    return null;
  }
}

export const forgetState = ({ state }: NodeFolders): void => rmSync(state, { force: true });

/** Holds off a second start of the same node while `work` runs. Throws NodeError when one is under way. */
export async function withLock<T>({ lock }: NodeFolders, work: () => Promise<T>): Promise<T> {
  takeLock(lock);
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock(lock: string): void {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const holder = Number(readFileSync(lock, "utf8"));
    if (holder > 0 && isAlive(holder)) {
      throw new NodeError(`another start is under way (process ${holder})`, "Wait for it to end, then start again.");
    }
    rmSync(lock);
    takeLock(lock);
  }
}
