import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * Plain JavaScript for Node 20 and later, dependencies left to npm, rarely used parts in chunks of their own. Paths are
 * relative to the repository. The reading threads' own entry must lie beside what starts them, as `ingest-worker`.
 */
export async function bundle(entryPoints: Readonly<Record<string, string>>, outdir: string): Promise<void> {
  await build({
    absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
    entryPoints,
    outdir,
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
}
