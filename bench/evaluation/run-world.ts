import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Analysis } from "#core/domain/analysis.ts";
import type { Truth } from "#simulator/index.ts";

const COMMAND = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

/** The analysis of a default world is about 5 MB of JSON. */
const LARGEST_ANSWER = 256 * 1024 * 1024;

export interface WorldOptions {
  readonly accounts: number;
  readonly days: number;
  readonly seed: number;
  /** JSON of the configuration; the default one where it is left out. */
  readonly config?: object;
}

/**
 * Simulates a world and analyses it with the commands that a person would give, in processes of their own, with one
 * reading thread. What they write is deleted. Rejects when a command fails.
 */
export async function runWorld({
  accounts,
  days,
  seed,
  config = {},
}: WorldOptions): Promise<{ truth: Truth; analysis: Analysis }> {
  const folder = mkdtempSync(join(tmpdir(), "trailwatch-world-"));
  try {
    const world = join(folder, "world");
    await trailwatch(
      ...["simulate", "--accounts", String(accounts), "--days", String(days), "--seed", String(seed)],
      ...["--out", world, "--quiet"],
    );
    const settings = join(folder, "trailwatch.json");
    writeFileSync(settings, JSON.stringify(config));
    const analysis = await trailwatch(
      ...["analyze", join(world, "AWSLogs"), "--organization", join(world, "organization.json")],
      ...["--config", settings],
      ...["--out", join(folder, "out"), "--workers", "1", "--no-report", "--quiet", "--format", "json"],
    );
    return { truth: JSON.parse(readFileSync(join(world, "truth.json"), "utf8")), analysis: JSON.parse(analysis) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function trailwatch(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, ...args], { maxBuffer: LARGEST_ANSWER });
  return stdout;
}
