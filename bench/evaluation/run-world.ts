import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Analysis } from "#core/domain/analysis.ts";
import type { Truth } from "#simulator/index.ts";
import { type Taken, trailwatch } from "./measured-command.ts";

export interface WorldOptions {
  readonly accounts: number;
  readonly days: number;
  readonly seed: number;
  /** Whether accounts move and close in it. */
  readonly reorganize?: boolean | undefined;
  /** JSON of the configuration; the default one where it is left out. */
  readonly config?: object | undefined;
  /** Where simulated worlds are kept; one that is there is used again. */
  readonly worlds?: string | undefined;
}

export interface AnalysedWorld {
  readonly truth: Truth;
  readonly analysis: Analysis;
  /** What reading and analysing took. */
  readonly taken: Taken;
}

/**
 * Simulates a world and analyses it with the commands that a person would give, in processes of their own, with one
 * reading thread. What they write is deleted, but for worlds that are to be kept. Rejects when a command fails.
 */
export async function runWorld({ config = {}, worlds, ...options }: WorldOptions): Promise<AnalysedWorld> {
  const folder = mkdtempSync(join(tmpdir(), "trailwatch-world-"));
  try {
    const world = await simulatedWorld(worlds ?? folder, options);
    const settings = join(folder, "trailwatch.json");
    writeFileSync(settings, JSON.stringify(config));
    const { answer, ...taken } = await trailwatch(
      ...["analyze", join(world, "AWSLogs"), "--organization", join(world, "organization.json")],
      ...["--config", settings],
      ...["--out", join(folder, "out"), "--workers", "1", "--no-report", "--quiet", "--format", "json"],
    );
    const truth = JSON.parse(readFileSync(join(world, "truth.json"), "utf8")) as Truth;
    return { truth, analysis: JSON.parse(answer), taken };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The folder of a world in `folder`, simulated if it is not there yet. Rejects when the command fails. */
export async function simulatedWorld(
  folder: string,
  { accounts, days, seed, reorganize = false }: Pick<WorldOptions, "accounts" | "days" | "seed" | "reorganize">,
): Promise<string> {
  const world = join(folder, `${accounts}x${days}-${seed}${reorganize ? "-reorganized" : ""}`);
  if (existsSync(world)) return world;
  const unfinished = `${world}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  await trailwatch(
    ...["simulate", "--accounts", String(accounts), "--days", String(days), "--seed", String(seed)],
    ...(reorganize ? ["--reorganize"] : []),
    ...["--out", unfinished, "--quiet"],
  );
  renameSync(unfinished, world);
  return world;
}
