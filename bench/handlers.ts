/**
 * `npm run bench:handlers [-- --rounds 5 --passes 5 --starts 30]`: the functions as they are uploaded. How fast
 * MultiAccountLogs works off payloads of 1,000 records, against base64, gunzip and both JSON.parse of the same payloads in
 * the same run; how long each function takes to start, against one that does nothing; how large each bundle is.
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
import { type Bundle, bundleAll, emptyBundle, stubbedBundle } from "./handlers/bundles.ts";
import { environment } from "./handlers/environment.ts";
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

async function throughput(corpus: string, bundle: Bundle | null): Promise<Throughput> {
  const child = fork(here("handlers/throughput.ts"), [corpus, values.passes, ...(bundle ? [bundle.file] : [])], {
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

/** What a process that starts a function does: JavaScript, as it runs in Lambda, so that nothing else is measured. */
const START = `
const { handler } = await import(process.argv[1]);
const milliseconds = performance.now();
const { user, system } = process.cpuUsage();
if (typeof handler !== "function") throw new Error("there is no handler");
process.stdout.write(JSON.stringify({ milliseconds, cpuMilliseconds: (user + system) / 1000 }), () => process.exit());
`;

interface Started {
  /** From the start of the process until the handler is there. */
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
}

function start({ file, name }: Bundle): Started {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", START, file], {
    encoding: "utf8",
    env: { ...process.env, ...environment() },
  });
  if (status !== 0) throw new Error(`${name} does not start: ${stderr}`);
  return JSON.parse(stdout) as Started;
}

const rate = ({ records, milliseconds }: Throughput): number => (1000 * records) / milliseconds;
const cpuRate = ({ records, cpuMilliseconds }: Throughput): number => (1000 * records) / cpuMilliseconds;

/** Answers the ratio with the call to the cluster stubbed, by CPU time, which other work on the machine disturbs less. */
async function showThroughput(stubbed: Bundle, whole: Bundle, corpus: string): Promise<number> {
  const ways = { floor: null, stubbed, whole };
  const all: Record<keyof typeof ways, Throughput[]> = { floor: [], stubbed: [], whole: [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const way of Object.keys(ways) as (keyof typeof ways)[]) all[way].push(await throughput(corpus, ways[way]));
  }
  const ratios = (way: keyof typeof ways, of: typeof rate): number[] =>
    all[way].map((one, round) => of(one) / of(all.floor[round] as Throughput));
  const row = (text: string, way: keyof typeof ways): void => {
    const rates = [rate, cpuRate].map((of) => `${(median(all[way].map(of)) / 1000).toFixed(1)}k`);
    const found = [rate, cpuRate].map((of) => `${median(ratios(way, of)).toFixed(2)} (${list(ratios(way, of))})`);
    print(`| ${[text, ...rates, ...(way === "floor" ? ["", ""] : found)].join(" | ")} |`);
  };
  print(`\n| payloads of ${RECORDS} records | records/s | the same, of CPU time | ratio | ratio, of CPU time |`);
  print("|---|---|---|---|---|");
  row("base64, gunzip, both `JSON.parse`", "floor");
  row("MultiAccountLogs, the call to the cluster stubbed", "stubbed");
  row("the same, its requests signed and sent to a network that answers at once", "whole");
  const ratio = median(ratios("stubbed", cpuRate));
  const first = median(all.whole.map(({ firstMilliseconds }) => firstMilliseconds));
  print(`\nthe first payload of a process: ${Math.round(first)} ms`);
  print(`ratio ${ratio.toFixed(2)}, wanted at least ${WANTED}: ${ratio >= WANTED ? "met" : "NOT MET"}`);
  return ratio;
}

function showStarts(empty: Bundle, bundles: readonly Bundle[]): void {
  const rounds = Array.from({ length: Number(values.starts) }, () => [empty, ...bundles].map(start));
  const whole = (numbers: readonly number[]): string => `${median(numbers).toFixed(0)} ms`;
  print("\n| function | bundle | packed | start | CPU time of it | of an empty one's |\n|---|---|---|---|---|---|");
  for (const [at, { name, bytes, packedBytes }] of [empty, ...bundles].entries()) {
    const started = rounds.map((round) => round[at] as Started);
    const ratio = median(started.map((one, round) => one.cpuMilliseconds / (rounds[round]?.[0]?.cpuMilliseconds ?? 0)));
    const sizes = name === empty.name ? "| | |" : `| ${kilobytes(bytes)} | ${kilobytes(packedBytes)} |`;
    const times = `${whole(started.map((one) => one.milliseconds))} | ${whole(started.map((one) => one.cpuMilliseconds))}`;
    print(`| ${name} ${sizes} ${times} | ${ratio.toFixed(1)} |`);
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
  if ((await showThroughput(stubbedBundle(folder), logs, corpus)) < WANTED) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
