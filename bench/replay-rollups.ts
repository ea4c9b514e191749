/**
 * `node bench/replay-rollups.ts <count model|fused> <threads> <part> <file>...`: replays roll-ups in threads that take one
 * file after the other, of each an even part of the entities, and says as JSON what that took. Started by bench/backtest.ts.
 */
import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { REPLAYS, type Replayed } from "./backtest/replays.ts";
import { readRollups } from "./backtest/rollups.ts";

export interface ReplayCost extends Replayed {
  /** Of the clock, from the first thread's start to the last one's end. */
  readonly seconds: number;
  /** Of processor time of the thread that took most, and of all threads of the process: the collector's too. */
  readonly longestThread: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

interface Task {
  readonly replay: keyof typeof REPLAYS;
  readonly part: number;
  readonly files: readonly string[];
}

interface Done extends Replayed {
  readonly cpuSeconds: number;
}

if (isMainThread) await main();
else parentPort?.postMessage(replayed(workerData));

function replayed({ replay, part, files }: Task): Done {
  let sum: Replayed = { entities: 0, points: 0, counted: 0, anomalies: 0 };
  let seen = 0;
  const isIn = (): boolean => Math.floor((seen + 1) * part) > Math.floor(seen++ * part);
  for (const file of files) {
    for (const rollups of readRollups(file)) {
      sum = added(sum, REPLAYS[replay]({ ...rollups, series: rollups.series.filter(isIn) }));
    }
  }
  const { user, system } = process.threadCpuUsage();
  return { ...sum, cpuSeconds: (user + system) / 1e6 };
}

async function main(): Promise<void> {
  const [replay, threads, part, ...files] = process.argv.slice(2) as [Task["replay"], string, string, ...string[]];
  const begun = performance.now();
  const lanes = Array.from(
    { length: Number(threads) },
    (_, lane): Task => ({
      replay,
      part: Number(part),
      files: files.filter((_file, at) => at % Number(threads) === lane),
    }),
  );
  const all = await Promise.all(
    lanes.map(async (task): Promise<Done> => {
      const worker = new Worker(new URL(import.meta.url), { workerData: task });
      const [done] = await once(worker, "message");
      return done;
    }),
  );
  const usage = process.resourceUsage();
  const cost: ReplayCost = {
    ...all.reduce<Replayed>(added, { entities: 0, points: 0, counted: 0, anomalies: 0 }),
    seconds: (performance.now() - begun) / 1000,
    longestThread: Math.max(...all.map(({ cpuSeconds }) => cpuSeconds)),
    cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
    peakMiB: usage.maxRSS / 1024,
  };
  process.stdout.write(`${JSON.stringify(cost)}\n`);
}

function added(a: Replayed, b: Replayed): Replayed {
  return {
    entities: a.entities + b.entities,
    points: a.points + b.points,
    counted: a.counted + b.counted,
    anomalies: a.anomalies + b.anomalies,
  };
}
