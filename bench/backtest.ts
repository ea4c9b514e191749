/**
 * `npm run bench:backtest [-- --accounts 5 --copies 5 --days 90 --threads 2 --part 1 --only "count model"]`: what it costs to
 * replay 90 days of the roll-ups of 50 accounts, all signals and entities: by the count model, up to graded anomalies as
 * `trailwatch analyze` makes them, and by all opinions with a forest for every entity, as `trailwatch detect --forest`.
 *
 * The roll-ups are of a simulated organization of five accounts for each thread, and each account is there five times with
 * its weeks turned: what a model does with a series does not depend on the others. Making them takes a minute or two and
 * is not measured; reading them is. With `--part 0.1` the forests are asked about a tenth of the entities only, and the
 * time for all is extrapolated.
 */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { inParallel } from "./evaluation/in-parallel.ts";
import type { ReplayCost } from "./replay-rollups.ts";

const { values } = parseArgs({
  options: {
    accounts: { type: "string", default: "5" },
    copies: { type: "string", default: "5" },
    days: { type: "string", default: "90" },
    threads: { type: "string", default: "2" },
    part: { type: "string", default: "1" },
    only: { type: "string" },
  },
});

/** How many minutes it may take on two cores, and the part of the entities that is replayed. */
const REPLAYED = { "count model": { minutes: 1, part: 1 }, fused: { minutes: 20, part: Number(values.part) } } as const;

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const millions = (count: number): string => `${(count / 1e6).toFixed(2)} million`;

const folder = mkdtempSync(join(tmpdir(), "trailwatch-rollups-"));
try {
  const seeds = Array.from({ length: Number(values.threads) }, (_, index) => index + 1);
  const { accounts, copies, days } = values;
  const files = await inParallel(seeds, seeds.length, async (seed) => {
    const file = join(folder, `${seed}.jsonl`);
    const args = [script("make-rollups.ts"), String(seed), accounts, days, copies, file];
    await promisify(execFile)(process.execPath, args);
    return file;
  });
  const all = seeds.length * Number(accounts) * Number(copies);
  say(`${all} accounts, ${days} days; ${cpus().length} cores, ${process.version}`);
  for (const [name, { minutes, part }] of Object.entries(REPLAYED)) {
    if (values.only === undefined || values.only === name) tell(name, measured(name, part, files), part, minutes);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function measured(name: string, part: number, files: readonly string[]): ReplayCost {
  const args = [script("replay-rollups.ts"), name, values.threads, String(part), ...files];
  const { stdout, status } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`the replay by ${name} ended with ${status}`);
  return JSON.parse(stdout);
}

/** The clock of a machine that has other work says little: held to the limit is the processor time of the busier thread. */
function tell(name: string, cost: ReplayCost, part: number, wanted: number): void {
  const took = cost.longestThread / 60 / part;
  say(
    `${name}: ${cost.entities} entities, ${millions(cost.points)} points, of which ${millions(cost.counted)} counted something; ` +
      `${cost.anomalies} anomalies`,
  );
  say(
    `  ${cost.cpuSeconds.toFixed(0)} s of processor time of all threads, ${cost.seconds.toFixed(0)} s by the clock at load ` +
      `${loadavg()[0]?.toFixed(0)}; ${Math.round(cost.points / cost.cpuSeconds)} points/s of one core; peak memory ` +
      `${cost.peakMiB.toFixed(0)} MiB`,
  );
  const extrapolated = part < 1 ? `, extrapolated from ${(100 * part).toFixed(0)} % of the entities` : "";
  const met = took <= wanted;
  say(
    `  ${took.toFixed(1)} minutes of processor time of the busier of ${values.threads} threads${extrapolated}, ` +
      `wanted ${wanted}: ${met ? "met" : "NOT MET"}`,
  );
  if (!met) process.exitCode = 1;
}
