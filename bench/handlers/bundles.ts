import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { parseConfig } from "#core/config/index.ts";
import { bundleLambda } from "#lib/bundling/lambda-bundle.ts";

const LAMBDAS = fileURLToPath(new URL("../../lambdas", import.meta.url));

/** A function's code as it is uploaded. */
export interface Bundle {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  /** About what an archive of it has. */
  readonly packedBytes: number;
}

/** Every function's bundle with the configuration that has all defaults, each in a folder of its own. */
export function bundleAll(folder: string): readonly Bundle[] {
  const names = readdirSync(LAMBDAS).filter((name) => readdirSync(join(LAMBDAS, name)).includes("index.ts"));
  return names.map((name) => {
    const target = join(folder, name);
    mkdirSync(target);
    bundleLambda(name, target, parseConfig({}));
    return bundleIn(target, name);
  });
}

/** MultiAccountLogs without its way to the cluster: what it gives away is answered at once. */
export function stubbedBundle(folder: string): Bundle {
  const target = join(folder, "stubbed");
  mkdirSync(target);
  const stub = fileURLToPath(new URL("stubbed-connection.ts", import.meta.url));
  bundleLambda("MultiAccountLogs", target, parseConfig({}), { "#adapters/opensearch/connection.ts": stub });
  return bundleIn(target, "stubbed");
}

/** A handler that does nothing: what starting takes without any code of ours. */
export function emptyBundle(folder: string): Bundle {
  const target = join(folder, "empty");
  mkdirSync(target);
  writeFileSync(join(target, "index.mjs"), "export const handler = async () => {};\n");
  return bundleIn(target, "empty");
}

function bundleIn(folder: string, name: string): Bundle {
  const file = join(folder, "index.mjs");
  const code = readFileSync(file);
  return { name, file, bytes: code.length, packedBytes: gzipSync(code).length };
}
