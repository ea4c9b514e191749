import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const STRATUS = "test/fixtures/cloudtrail/stratus";
export const ORDINARY = "test/fixtures/cloudtrail/normal_5min_opensearch_catalog.json";

/** Starting is most of what a small test takes: what was compiled once is kept for all of them. */
const COMPILED = join(tmpdir(), "trailwatch-test-compiled");

/** Starts the command as a person would, from its sources, whatever the test's own surroundings ask for. */
export function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
  const { NODE_OPTIONS: _, NO_COLOR: _1, FORCE_COLOR: _2, TRAILWATCH_DEBUG: _3, ...own } = process.env;
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "cli/main.ts", ...args], {
    env: { ...own, NODE_COMPILE_CACHE: COMPILED, ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/**
 * The same where no file becomes larger than this: the system refuses it as it does on a full disk. Shells count blocks
 * of 512 or of 1,024 bytes.
 */
export function startWithin(
  blocks: number,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  const { NODE_OPTIONS: _, NODE_COMPILE_CACHE: _1, TRAILWATCH_DEBUG: _2, ...own } = process.env;
  const command = [process.execPath, "--disable-warning=ExperimentalWarning", "cli/main.ts", ...args];
  return spawn("sh", ["-c", `ulimit -f ${blocks} && exec "$@"`, "sh", ...command], { env: { ...own, ...environment } });
}

export async function ended(child: ChildProcess, input: string | Uint8Array = ""): Promise<Ended> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
  // A command that ends before it has read everything closes the pipe.
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once("close", (...how) => resolve(how)),
  );
  return { code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}

export const run = (...args: string[]): Promise<Ended> => ended(start(args));
export const runWith = (input: string | Uint8Array, ...args: string[]): Promise<Ended> => ended(start(args), input);

/** Resolves when the command has said a line that matches, so that a test can act while it is at that point. */
export async function said(child: ChildProcess, pattern: RegExp): Promise<void> {
  let text = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (pattern.test(text)) resolve();
    });
    child.once("close", () => reject(new Error(`ended before it said ${pattern}: ${text}`)));
  });
}

export interface Folder {
  readonly path: string;
  /** A file or folder in it. */
  at(...names: string[]): string;
  /** `--out` for a workspace in it. */
  out(name: string): string[];
  remove(): void;
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), "trailwatch-cli-"));
  return {
    path,
    at: (...names) => join(path, ...names),
    out: (name) => ["--out", join(path, name)],
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

export const readJson = (file: string) => JSON.parse(readFileSync(file, "utf8"));
