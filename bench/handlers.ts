/**
 * `npm run bench:handlers [-- --rounds 5 --passes 5 --starts 30]`: the functions as they are uploaded. How fast
 * MultiAccountLogs works off payloads of 1,000 records, against base64, gunzip and both JSON.parse of the same payloads in
 * the same processes; how long each function takes to start, against one that does nothing; how large each bundle is.
 * Every start and every round is a process of its own; those that are compared take turns. The last lines are tables as
 * they stand in docs/performance.md.
 */
import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeCorpus } from "./corpus.ts";
import { type Bundle, bundleAll, emptyBundle } from "./handlers/bundles.ts";
import { environment } from "./handlers/environment.ts";
import type { Started } from "./handlers/start.ts";
import type { Throughput } from "./handlers/throughput.ts";

const WANTED = 0.45;
const RECORDS = 1000;
const PAYLOADS = 40;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    passes: { type: "string", default: "5" },
    starts: { type: "string", default: "30" },
  },
});

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[(numbers.length - 1) >> 1] as number;
const list = (numbers: readonly number[]): string => numbers.map((number) => number.toFixed(2)).join(", ");
const kilobytes = (bytes: number): string => `${Math.round(bytes / 1024)} KiB`;

async function throughput(way: "floor" | "handler", bundle: Bundle, corpus: string): Promise<Throughput> {
  const child = fork(here("handlers/throughput.ts"), [way, bundle.file, corpus, values.passes], {
    env: { ...process.env, ...environment() },
    // Log lines and metrics are written as in Lambda, but nobody reads them.
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const failed = once(child, "exit").then(([code]) => {
    throw new Error(`a measurement ended with ${code}`);
  });
  const [measured] = await Promise.race([once(child, "message"), failed]);
  await failed.catch(() => null);
  return measured as Throughput;
}

function start({ file, name }: Bundle): Started {
  const { stdout, stderr, status } = spawnSync(process.execPath, [here("handlers/start.ts"), file], {
    encoding: "utf8",
    env: { ...process.env, ...environment() },
  });
  if (status !== 0) throw new Error(`${name} does not start: ${stderr}`);
  return JSON.parse(stdout) as Started;
}

const rate = ({ records, milliseconds }: Throughput): number => (1000 * records) / milliseconds;
const cpuRate = ({ records, cpuMilliseconds }: Throughput): number => (1000 * records) / cpuMilliseconds;

/** Answers the ratio by CPU time, which other work on the machine disturbs less. */
async function showThroughput(bundle: Bundle, corpus: string): Promise<number> {
  const floor: Throughput[] = [];
  const handler: Throughput[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    floor.push(await throughput("floor", bundle, corpus));
    handler.push(await throughput("handler", bundle, corpus));
  }
  const thousands = (of: typeof rate, all: readonly Throughput[]): string =>
    `${(median(all.map(of)) / 1000).toFixed(1)}k`;
  const ratios = (of: typeof rate): number[] => handler.map((one, round) => of(one) / of(floor[round] as Throughput));
  const ratio = median(ratios(cpuRate));
  print(`\n| payloads of ${RECORDS} records | records/s | records per second of CPU time |\n|---|---|---|`);
  print(`| base64, gunzip, both \`JSON.parse\` | ${thousands(rate, floor)} | ${thousands(cpuRate, floor)} |`);
  print(
    `| MultiAccountLogs, the network answered at once | ${thousands(rate, handler)} | ${thousands(cpuRate, handler)} |`,
  );
  print(`| ratio | ${median(ratios(rate)).toFixed(2)} | **${ratio.toFixed(2)}** |`);
  const first = median(handler.map(({ firstMilliseconds }) => firstMilliseconds));
  print(`\nratio of each round: ${list(ratios(rate))}; by CPU time ${list(ratios(cpuRate))}`);
  print(`the first payload of a process: ${Math.round(first)} ms`);
  print(`ratio ${ratio.toFixed(2)}, wanted at least ${WANTED}: ${ratio >= WANTED ? "met" : "NOT MET"}`);
  return ratio;
}

function showStarts(empty: Bundle, bundles: readonly Bundle[]): void {
  const rounds = Array.from({ length: Number(values.starts) }, () => ({
    empty: start(empty),
    each: bundles.map(start),
  }));
  const emptyMs = median(rounds.map((round) => round.empty.milliseconds));
  const emptyCpu = median(rounds.map((round) => round.empty.cpuMilliseconds));
  print("\n| function | bundle | packed | start | of CPU time | of an empty one's |\n|---|---|---|---|---|---|");
  print(`| (empty) | ${empty.bytes} bytes | | ${emptyMs.toFixed(0)} ms | ${emptyCpu.toFixed(0)} ms | 1 |`);
  for (const [at, { name, bytes, packedBytes }] of bundles.entries()) {
    const started = rounds.map(({ each }) => each[at] as Started);
    const ratio = median(
      started.map(({ milliseconds }, round) => milliseconds / (rounds[round]?.empty.milliseconds ?? 0)),
    );
    print(
      `| ${name} | ${kilobytes(bytes)} | ${kilobytes(packedBytes)} ` +
        `| ${median(started.map(({ milliseconds }) => milliseconds)).toFixed(0)} ms ` +
        `| ${median(started.map(({ cpuMilliseconds }) => cpuMilliseconds)).toFixed(0)} ms | ${ratio.toFixed(2)} |`,
    );
  }
}

const folder = mkdtempSync(join(tmpdir(), "trailwatch-handlers-"));
try {
  print(`${cpus().length} cores, ${process.version}`);
  const empty = emptyBundle(folder);
  const bundles = bundleAll(folder);
  const corpus = join(folder, "corpus");
  writeCorpus(corpus, PAYLOADS * RECORDS, RECORDS);
  showStarts(empty, bundles);
  const logs = bundles.find(({ name }) => name === "MultiAccountLogs") as Bundle;
  if ((await showThroughput(logs, corpus)) < WANTED) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
