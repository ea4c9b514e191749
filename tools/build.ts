/**
 * Bundles the command line into dist/, which is what a packed install runs: plain JavaScript for Node 20 and later,
 * dependencies left to npm, rarely used parts (S3, charts) in chunks of their own.
 */
import { rmSync } from "node:fs";
import { build } from "esbuild";

rmSync("dist", { recursive: true, force: true });
await build({
  entryPoints: { trailwatch: "cli/main.ts", "ingest-worker": "cli/ingest/worker.ts" },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
  sourcemap: true,
  sourcesContent: false,
  legalComments: "none",
  logLevel: "warning",
});
