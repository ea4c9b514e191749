import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Analysis } from "#core/domain/analysis.ts";
import type { Truth } from "#simulator/index.ts";
import { type Taken, trailwatch } from "./measured-command.ts";

export interface WorldOptions {
  readonly accounts: number;
  readonly days: number;
  readonly seed: number;
  /** JSON of the configuration; the default one where it is left out. */
  readonly config?: object;
}

export interface AnalysedWorld {
  readonly truth: Truth;
  readonly analysis: Analysis;
  readonly simulating: Taken;
  readonly analysing: Taken;
}

/**
 * Simulates a world and analyses it with the commands that a person would give, in processes of their own, with one
 * reading thread. What they write is deleted. Rejects when a command fails.
 */
export async function runWorld({ accounts, days, seed, config = {} }: WorldOptions): Promise<AnalysedWorld> {
  const folder = mkdtempSync(join(tmpdir(), "trailwatch-world-"));
  try {
    const world = join(folder, "world");
    const simulating = await trailwatch(
      ...["simulate", "--accounts", String(accounts), "--days", String(days), "--seed", String(seed)],
      ...["--out", world, "--quiet"],
    );
    const settings = join(folder, "trailwatch.json");
    writeFileSync(settings, JSON.stringify(config));
    const analysing = await trailwatch(
      ...["analyze", join(world, "AWSLogs"), "--organization", join(world, "organization.json")],
      ...["--config", settings],
      ...["--out", join(folder, "out"), "--workers", "1", "--no-report", "--quiet", "--format", "json"],
    );
    const truth = JSON.parse(readFileSync(join(world, "truth.json"), "utf8")) as Truth;
    return { truth, analysis: JSON.parse(analysing.answer), simulating, analysing };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
