import { existsSync, readdirSync } from "node:fs";
import { TrailwatchError } from "#core/domain/errors.ts";
import { writeWorld } from "#simulator/write.ts";
import { countArgument } from "../arguments.ts";

interface SimulateOptions {
  readonly out: string;
  readonly accounts: string;
  readonly days: string;
  readonly seed: string;
  readonly reorganize?: boolean;
  readonly quiet?: boolean;
}

export async function simulateWorld(options: SimulateOptions): Promise<void> {
  if (existsSync(options.out) && readdirSync(options.out).length > 0) {
    throw new TrailwatchError(
      "USAGE",
      `${options.out} is not empty, and two organizations in one folder would be read as one`,
      "Name a new folder with --out.",
    );
  }
  const world = await writeWorld({
    out: options.out,
    accounts: countArgument("--accounts", options.accounts),
    days: countArgument("--days", options.days),
    seed: countArgument("--seed", options.seed, 0),
    reorganize: options.reorganize === true,
  });
  if (options.quiet) return;
  process.stderr.write(
    `${world.events} events in ${world.files} files, ${world.planted} incidents planted (see ${options.out}/truth.json)\n` +
      `try: npx trailwatch analyze ${options.out}/AWSLogs --organization ${options.out}/organization.json\n`,
  );
}
