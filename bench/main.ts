/**
 * `npm run bench [-- --rounds 3 --small 200000 --large 2000000]`: events a second of reading with everything on against
 * gunzip + JSON.parse of the same files in the same run, on one and on two threads, peak memory as the input grows, and
 * stored bytes. Every measurement is a process of its own; those that are compared take turns. What is measured is
 * bundled as for a packed install, so that nobody's time is that of the compiler which removes types.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measure, withBundles } from "./bundled.ts";
import { type Corpus, writeCorpus } from "./corpus.ts";
import type { Measured } from "./measure.ts";

const WANTED = { ratio: 0.6, growth: 0.2, bytes: 0.35 };

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    small: { type: "string", default: "200000" },
    large: { type: "string", default: "2000000" },
    dir: { type: "string" },
  },
});

const folder = values.dir ?? mkdtempSync(join(tmpdir(), "trailwatch-bench-"));

const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
};
const rate = ({ events, milliseconds }: Measured): number => (events / milliseconds) * 1000;
const thousands = (value: number): string => `${(value / 1000).toFixed(1)}k`;
const print = (text: string): void => void process.stdout.write(`${text}\n`);

interface Compared {
  readonly reference: readonly Measured[];
  readonly ours: readonly Measured[];
}

function compare(threads: number, corpus: string, rounds: number): Compared {
  const reference: Measured[] = [];
  const ours: Measured[] = [];
  for (let round = 0; round < rounds; round++) {
    reference.push(measure("reference", String(threads), corpus));
    ours.push(measure("ingest", String(threads), corpus, join(folder, "store.duckdb")));
  }
  return { reference, ours };
}

function show(
  name: string,
  corpus: Corpus,
  { reference, ours }: Compared,
): { ratio: number; rss: number; share: number } {
  const ratios = ours.map((measured, round) => rate(measured) / rate(reference[round] as Measured));
  const rss = median(ours.map(({ peakRssMiB }) => peakRssMiB));
  const share = ((ours[0]?.storeBytes ?? 0) / corpus.rawBytes) as number;
  const cpu = (all: readonly Measured[]): number =>
    median(all.map(({ cpuSeconds, events }) => (cpuSeconds / events) * 1e6));
  print(
    `${name}: reference ${thousands(median(reference.map(rate)))}/s (${cpu(reference).toFixed(1)} us CPU/event), ` +
      `trailwatch ${thousands(median(ours.map(rate)))}/s (${cpu(ours).toFixed(1)} us), ` +
      `ratio ${median(ratios).toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(", ")}), ` +
      `of CPU time ${(cpu(reference) / cpu(ours)).toFixed(2)}, peak ${rss.toFixed(0)} MiB`,
  );
  return { ratio: median(ratios), rss, share };
}

try {
  print(`${cpus().length} cores, ${process.version}`);
  await withBundles(() => {
    const sizes = { small: Number(values.small), large: Number(values.large) };
    const corpora = {
      small: writeCorpus(join(folder, "small"), sizes.small),
      large: writeCorpus(join(folder, "large"), sizes.large),
    };
    const rounds = Number(values.rounds);
    const found: { threads: number; ratio: number; growth: number; share: number }[] = [];
    for (const threads of [1, 2]) {
      const word = threads === 1 ? "1 worker" : "2 workers";
      const small = show(
        `${thousands(sizes.small)} events, ${word}`,
        corpora.small,
        compare(threads, join(folder, "small"), rounds),
      );
      const large = show(
        `${thousands(sizes.large)} events, ${word}`,
        corpora.large,
        compare(threads, join(folder, "large"), rounds),
      );
      found.push({ threads, ratio: large.ratio, growth: large.rss / small.rss - 1, share: large.share });
    }
    const verdict = (ok: boolean): string => (ok ? "met" : "NOT MET");
    for (const { threads, ratio, growth, share } of found) {
      print(`${threads} worker${threads === 1 ? "" : "s"}:`);
      print(
        `  events/s of the reference: ${ratio.toFixed(2)}, wanted at least ${WANTED.ratio}: ${verdict(ratio >= WANTED.ratio)}`,
      );
      print(
        `  growth of peak memory: ${(growth * 100).toFixed(0)} %, wanted below 20 %: ${verdict(growth < WANTED.growth)}`,
      );
      print(
        `  stored bytes of raw JSON: ${share.toFixed(3)}, wanted at most ${WANTED.bytes}: ${verdict(share <= WANTED.bytes)}`,
      );
    }
  });
} finally {
  if (values.dir === undefined) rmSync(folder, { recursive: true, force: true });
}
