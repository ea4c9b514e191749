/**
 * `npm run bench:backtest [-- --worlds 10 --accounts 5 --days 90 --threads 2 --only "count model"]`: what it costs to
 * replay 90 days of an organization's roll-ups, all signals and entities: by the count model, up to graded anomalies as
 * `trailwatch analyze` makes them, and by all opinions with a forest for every entity, as `trailwatch detect --forest`.
 *
 * The 50 accounts are ten simulated organizations of five accounts each, with seeds of their own: nothing is repeated.
 * Making them takes two to four minutes of two cores and is not measured. Roll-ups are read from files by each replay; so
 * its reading is in its time.
 */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { inParallel } from "./evaluation/in-parallel.ts";
import type { ReplayCost } from "./replay-rollups.ts";

const WANTED_MINUTES = { "count model": 1, fused: 20 } as const;

const { values } = parseArgs({
  options: {
    worlds: { type: "string", default: "10" },
    accounts: { type: "string", default: "5" },
    days: { type: "string", default: "90" },
    threads: { type: "string", default: "2" },
    only: { type: "string" },
  },
});

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const millions = (count: number): string => `${(count / 1e6).toFixed(2)} million`;

const folder = mkdtempSync(join(tmpdir(), "trailwatch-rollups-"));
try {
  const seeds = Array.from({ length: Number(values.worlds) }, (_, index) => index + 1);
  const files = await inParallel(seeds, Number(values.threads), async (seed) => {
    const file = join(folder, `${seed}.jsonl`);
    const { accounts, days } = values;
    await promisify(execFile)(process.execPath, [script("make-rollups.ts"), String(seed), accounts, days, file]);
    return file;
  });
  say(
    `${seeds.length * Number(values.accounts)} accounts, ${values.days} days; ${cpus().length} cores, ${process.version}`,
  );
  for (const [name, minutes] of Object.entries(WANTED_MINUTES)) {
    if (values.only === undefined || values.only === name) tell(name, measured(name, files), minutes);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function measured(name: string, files: readonly string[]): ReplayCost {
  const { stdout, status } = spawnSync(
    process.execPath,
    [script("replay-rollups.ts"), name, values.threads, ...files],
    {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  if (status !== 0) throw new Error(`the replay by ${name} ended with ${status}`);
  return JSON.parse(stdout);
}

/** The clock of a machine that has other work says little: held to the limit is the processor time of the busier thread. */
function tell(name: string, cost: ReplayCost, wanted: number): void {
  const took = cost.longestThread / 60;
  say(
    `${name}: ${cost.entities} entities, ${millions(cost.points)} points, of which ${millions(cost.counted)} counted something; ` +
      `${cost.anomalies} anomalies`,
  );
  say(
    `  ${cost.cpuSeconds.toFixed(0)} s of processor time of all threads, the busier of ${values.threads} ${took.toFixed(1)} minutes; ` +
      `${cost.seconds.toFixed(0)} s by the clock at load ${loadavg()[0]?.toFixed(0)}; ` +
      `${Math.round(cost.points / cost.cpuSeconds)} points/s of one core; peak memory ${cost.peakMiB.toFixed(0)} MiB`,
  );
  const met = took <= wanted;
  say(`  ${took.toFixed(1)} minutes on ${values.threads} cores, wanted ${wanted}: ${met ? "met" : "NOT MET"}`);
  if (!met) process.exitCode = 1;
}
