import { rmSync } from "node:fs";
import { join } from "node:path";
import { makeWorkspace } from "../workspace.ts";
import { analyze } from "./analyze.ts";
import { simulateWorld } from "./simulate.ts";

interface TryOptions {
  readonly out: string;
  readonly accounts: string;
  readonly days: string;
  readonly seed: string;
  readonly secondOpinion?: boolean;
  readonly quiet?: boolean;
}

/** A simulated organization through everything that a real one goes through. */
export async function tryIt({ out, accounts, days, seed, secondOpinion, quiet }: TryOptions): Promise<void> {
  const place = makeWorkspace(out);
  const world = join(place.folder, "simulated-organization");
  rmSync(world, { recursive: true, force: true });
  if (!quiet) process.stderr.write(`simulating ${accounts} accounts over ${days} days (seed ${seed}) ...\n`);
  await simulateWorld({ out: world, accounts, days, seed, quiet: true });
  await analyze([join(world, "AWSLogs")], {
    out,
    organization: join(world, "organization.json"),
    format: "text",
    report: true,
    fresh: true,
    secondOpinion,
    quiet,
  });
  if (quiet) return;
  process.stderr.write(
    [
      "",
      `This was a simulated organization; ${join(world, "truth.json")} says what was planted in it.`,
      "With your own logs:",
      "  npx trailwatch analyze <folder of CloudTrail files>",
      "  npx trailwatch analyze s3://<bucket>/AWSLogs/ --from 2026-11-01 --profile <profile>",
      "  npx trailwatch organization fetch        (then --organization organization.json: names, units, owners)",
      'More: npx trailwatch show <incident>, timeline <incident>, history <principal>, query "<sql>", --help',
      "",
    ].join("\n"),
  );
}
