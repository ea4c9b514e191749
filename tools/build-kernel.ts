/**
 * `npm run kernel`: compiles adapters/files/kernel/record-kernel.as, which needs doing only when it changes. The compiler
 * is fetched for it: what it made stands beside its source, with the hash of the source that it was made from.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const COMPILER = "assemblyscript@0.28.20";
const SOURCE = new URL("../adapters/files/kernel/record-kernel.as", import.meta.url);
const COMPILED = new URL("../adapters/files/kernel/compiled.ts", import.meta.url);
/** Pages of 64 KiB: tables, remembered values, and room for text, which grows where it must. */
const PAGES = 160;

const folder = mkdtempSync(join(tmpdir(), "trailwatch-kernel-"));
try {
  const source = readFileSync(SOURCE);
  // The compiler takes its sources by this ending only.
  writeFileSync(join(folder, "record-kernel.ts"), source);
  const settings = ["-O3", "--runtime", "stub", "--noAssert", "--enable", "simd", "--enable", "bulk-memory"];
  const files = [join(folder, "record-kernel.ts"), "-o", join(folder, "kernel.wasm")];
  const memory = ["--initialMemory", String(PAGES)];
  const { status } = spawnSync(
    "npm",
    ["exec", "--yes", `--package=${COMPILER}`, "--", "asc", ...files, ...settings, ...memory],
    { stdio: "inherit", cwd: folder },
  );
  if (status !== 0) throw new Error(`the compiler ended with ${status}`);
  const made = readFileSync(join(folder, "kernel.wasm")).toString("base64");
  const hash = createHash("sha256").update(source).digest("hex");
  writeFileSync(
    COMPILED,
    `/** Made by \`npm run kernel\` with ${COMPILER} from record-kernel.as, whose SHA-256 stands here. */
export const SOURCE_HASH = "${hash}";

export const COMPILED =
  "${made}";
`,
  );
  process.stdout.write(`${fileURLToPath(COMPILED)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
