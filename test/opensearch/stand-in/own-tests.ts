import { test } from "@jest/globals";
import { remembered } from "../support/cluster.ts";
import { countTests } from "../support/live-node.ts";

const { url, plugins } = remembered();

// Whoever imports this is a file of them.
countTests("stand-in", []);

/** The core, for the stand-in's own tests. */
export const coreUrl = url;

/** Hundreds of exchanges one after the other, on a machine that does other things as well. */
export const SLOWEST_MS = 300_000;

/** A test of the stand-in itself, left out on a cluster with plugins, where nobody needs it. */
export const standInTest = plugins.some((plugin) => plugin.startsWith("opensearch-")) ? test.skip : test;

/** Differences by the exchange that they were found in; those that are as recorded are left out. */
export async function differencesIn<Rest extends readonly unknown[]>(
  steps: readonly (readonly [name: string, ...rest: Rest])[],
  send: (name: string, ...rest: Rest) => Promise<readonly string[]>,
): Promise<Record<string, readonly string[]>> {
  const different: Record<string, readonly string[]> = {};
  for (const [name, ...rest] of steps) {
    const differences = await send(name, ...rest);
    if (differences.length > 0) different[name] = differences;
  }
  return different;
}
