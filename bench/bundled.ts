import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../tools/bundle.ts";
import type { Measured } from "./measure.ts";

/** Below node_modules, from where a bundle finds what it leaves to npm. */
const bundled = fileURLToPath(new URL("../node_modules/.cache/trailwatch-bench", import.meta.url));

/**
 * Runs `work` with what is measured bundled as for a packed install, so that nobody's time or memory is that of the
 * compiler which removes types.
 */
export async function withBundles(work: () => Promise<void> | void): Promise<void> {
  try {
    rmSync(bundled, { recursive: true, force: true });
    const worker = { "ingest-worker": "cli/ingest/worker.ts" };
    await bundle({ ingest: "bench/ingest.ts", reference: "bench/reference.ts", ...worker }, bundled);
    await work();
  } finally {
    rmSync(bundled, { recursive: true, force: true });
  }
}

/** One measurement, in a process of its own. Throws when it fails. */
export function measure(script: "ingest" | "reference", ...args: readonly string[]): Measured {
  const { stdout, status } = spawnSync(process.execPath, [join(bundled, `${script}.js`), ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`${script} ${args.join(" ")} ended with ${status}`);
  return JSON.parse(stdout) as Measured;
}
