/**
 * `npm run bench:opensearch [-- --heaps 512m,1g --events 100000 --entities 10000 --rounds 3]`: what a node of its own, of
 * each heap size, takes and needs. Events a second from files to documents with everything on, against the same documents
 * sent ready-made in the same run, taking turns; bytes on disk against the raw JSON; the time of a roll-up with many
 * entities; memory. The last lines are a table as it stands in docs/opensearch.md.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Corpus, writeCorpus } from "./corpus.ts";
import { bytesOnDisk, indexAsWeDo, indexBare, readyBatches } from "./opensearch/index-rate.ts";
import { type RollupTimes, timeRollups } from "./opensearch/many-entities.ts";
import { type MeasuredNode, type NodeMemory, withNode } from "./opensearch/node.ts";

const WANTED_BYTES = 0.7;
const HOPED_BYTES = 0.35;

const { values } = parseArgs({
  options: {
    heaps: { type: "string", default: "512m,1g" },
    events: { type: "string", default: "100000" },
    entities: { type: "string", default: "10000" },
    rounds: { type: "string", default: "3" },
  },
});

interface Measured {
  readonly heap: string;
  readonly ours: number;
  /** Of what the node takes ready-made, in the same round. */
  readonly share: number;
  readonly written: number;
  readonly merged: number;
  readonly rollups: RollupTimes;
  readonly memory: NodeMemory;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1] as number;

async function measure(node: MeasuredNode, heap: string, folder: string, corpus: Corpus): Promise<Measured> {
  const ours: number[] = [];
  const bare: number[] = [];
  let disk = { asWritten: 0, merged: 0 };
  // A young process compiles what it does first: not measured.
  await indexAsWeDo(node, await node.fresh("ours-"), folder);
  await node.fresh("ours-");
  for (let round = 0; round < Number(values.rounds); round++) {
    const batches = await readyBatches(await node.fresh("bare-"), folder);
    const limit = await indexBare(node, batches);
    bare.push((corpus.events / limit.milliseconds) * 1000);
    const names = await node.fresh("ours-");
    const { events, milliseconds } = await indexAsWeDo(node, names, folder);
    ours.push((events / milliseconds) * 1000);
    say(
      `${heap}, round ${round + 1}: ${Math.round(ours.at(-1) ?? 0)} events/s, ready-made ${Math.round(bare.at(-1) ?? 0)}`,
    );
    if (round === 0) disk = await bytesOnDisk(node, names);
    await node.fresh("bare-");
    await node.fresh("ours-");
  }
  const rollups = await timeRollups(node, await node.fresh("many-"), Number(values.entities));
  return {
    heap,
    ours: median(ours),
    share: median(ours.map((rate, round) => rate / (bare[round] as number))),
    written: disk.asWritten / corpus.rawBytes,
    merged: disk.merged / corpus.rawBytes,
    rollups,
    memory: await node.memory(),
  };
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
const share = (value: number): string => value.toFixed(2);

function rows(all: readonly Measured[]): readonly (readonly [string, ...string[]])[] {
  const of = (text: (measured: Measured) => string): string[] => all.map(text);
  return [
    ["events/s, from files, everything on", ...of(({ ours }) => String(Math.round(ours)))],
    ["of the same documents sent ready-made", ...of((measured) => share(measured.share))],
    ["bytes on disk of raw JSON, as written", ...of(({ written }) => share(written))],
    ["the same, merged", ...of(({ merged }) => share(merged))],
    [
      "roll-up query, one bucket",
      ...of(({ rollups: { bucket } }) => `${seconds(bucket.milliseconds)} (${bucket.rows} rows)`),
    ],
    ["roll-up query, an hour", ...of(({ rollups: { hour } }) => `${seconds(hour.milliseconds)} (${hour.rows} rows)`)],
    [
      "roll-up run, one more bucket",
      ...of(({ rollups: { run } }) => `${seconds(run.milliseconds)} (${run.written} written)`),
    ],
    ["memory of the process, at most", ...of(({ memory }) => `${Math.round(memory.peakRssMiB ?? 0)} MiB`)],
    ["heap in use after a full collection", ...of(({ memory }) => `${Math.round(memory.oldGenerationMiB)} MiB`)],
    ["requests that a breaker stopped", ...of(({ memory }) => String(memory.breakersTripped))],
  ];
}

const folder = mkdtempSync(join(tmpdir(), "trailwatch-bench-"));
try {
  const corpus = writeCorpus(folder, Number(values.events));
  say(
    `${cpus().length} cores, ${process.version}, ${corpus.events} events, ${Math.round(corpus.rawBytes / corpus.events)} bytes of JSON each`,
  );
  const all: Measured[] = [];
  for (const heap of values.heaps.split(",")) {
    all.push(await withNode(heap, (node) => measure(node, heap, folder, corpus)));
  }
  say(`\n| heap | ${all.map(({ heap }) => heap).join(" | ")} |`);
  say(`|---|${all.map(() => "---|").join("")}`);
  for (const row of rows(all)) say(`| ${row.join(" | ")} |`);
  const worst = Math.max(...all.map(({ written }) => written));
  say(
    `\nbytes on disk: ${share(worst)} of raw JSON, wanted at most ${WANTED_BYTES}: ${worst <= WANTED_BYTES ? "met" : "NOT MET"}; hoped ${HOPED_BYTES}`,
  );
  if (worst > WANTED_BYTES) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
