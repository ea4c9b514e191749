import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, buildSync, type Metafile } from "esbuild";
import type { Config } from "#core/config/index.ts";

/** Beside a bundle's `index.mjs`: the whole configuration, checked and completed, as JSON. Code and settings change together. */
const CONFIGURATION_FILE = "configuration.json";

const path = (name: string): string => fileURLToPath(new URL(`instead/${name}`, import.meta.url));

/** Modules that have another's place in every bundle: each says why. */
const INSTEAD = {
  "node:http": path("http.cjs"),
  "node:util": path("util.cjs"),
  "@aws-sdk/credential-provider-node": path("credentials.ts"),
};

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** How a function is bundled, wherever that is done: for the upload, for a test that runs it, for its list of commands. */
function buildOptions(name: string): BuildOptions {
  return {
    absWorkingDir: ROOT,
    entryPoints: [`lambdas/${name}/index.ts`],
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    mainFields: ["module", "main"],
    minify: true,
    // Names of classes and functions are in logs, and errors are told apart by them.
    keepNames: true,
    sourcemap: "linked",
    sourcesContent: false,
    legalComments: "none",
    charset: "utf8",
    alias: INSTEAD,
    metafile: true,
    logLevel: "error",
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  };
}

/**
 * Writes `index.mjs`, its source map and the configuration into a folder. Throws where something cannot be bundled.
 * @param instead modules that take the place of others, by their names: what is measured is to be without them
 */
export function bundleLambda(
  name: string,
  folder: string,
  configuration: Config,
  instead: Readonly<Record<string, string>> = {},
): Metafile {
  const options = buildOptions(name);
  const alias = { ...options.alias, ...instead };
  const { metafile } = buildSync({ ...options, alias, outfile: join(folder, "index.mjs") });
  writeFileSync(join(folder, CONFIGURATION_FILE), `${JSON.stringify(configuration)}\n`);
  return metafile as Metafile;
}

/** What a function's bundle is made of, and its code, without writing it. Throws where something cannot be bundled. */
export function inspectLambda(name: string): { readonly metafile: Metafile; readonly code: string } {
  const { metafile, outputFiles } = buildSync({ ...buildOptions(name), outfile: "index.mjs", write: false });
  const code = outputFiles?.find(({ path }) => path.endsWith(".mjs"))?.text ?? "";
  return { metafile: metafile as Metafile, code };
}
