/**
 * `npm run bench:memory [-- --accounts 40 --days 35 --part 5 --worlds <folder>]`: peak memory of reading a simulated
 * organization with everything on, some of its accounts against all of them, on one and on two threads. Its files are
 * small and its callers many, as those of an organization are, and unlike the few minutes that `npm run bench` repeats.
 * Simulated worlds are kept, and used again, in `--worlds`.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { measure, withBundles } from "./bundled.ts";
import { simulatedWorld } from "./evaluation/run-world.ts";

const { values } = parseArgs({
  options: {
    accounts: { type: "string", default: "40" },
    days: { type: "string", default: "35" },
    part: { type: "string", default: "5" },
    worlds: { type: "string" },
  },
});

const folder = mkdtempSync(join(tmpdir(), "trailwatch-bench-"));
const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** A folder with the logs of the first accounts, in CloudTrail's layout. */
function partOf(logs: string, accounts: number): string {
  const part = join(folder, "part", "AWSLogs", basename(logs));
  mkdirSync(part, { recursive: true });
  for (const account of readdirSync(logs).sort().slice(0, accounts))
    symlinkSync(join(logs, account), join(part, account));
  return part;
}

try {
  const days = { accounts: Number(values.accounts), days: Number(values.days), seed: 1 };
  const world = await simulatedWorld(resolve(values.worlds ?? folder), days);
  const [organization] = readdirSync(join(world, "AWSLogs"));
  const all = join(world, "AWSLogs", organization as string);
  const part = partOf(all, Number(values.part));
  await withBundles(() => {
    for (const threads of ["1", "2"]) {
      const [some, whole] = [part, all].map((logs) => measure("ingest", threads, logs, join(folder, "store.duckdb")));
      if (!some || !whole) throw new Error("nothing was measured");
      const growth = whole.peakRssMiB / some.peakRssMiB - 1;
      for (const { events, peakRssMiB, cpuSeconds } of [some, whole]) {
        const each = ((cpuSeconds / events) * 1e6).toFixed(1);
        print(`${threads} reading: ${events} events, peak ${peakRssMiB.toFixed(0)} MiB, ${each} us CPU/event`);
      }
      print(`  growth of peak memory: ${(growth * 100).toFixed(0)} %`);
    }
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
