/**
 * `npm run bench:live [-- --accounts 400 --hours 24]`: what the live watch costs for a large organization: processor time
 * of each of the runs of the last hour, one a minute, and bytes of what is kept. A simulated organization's events come as
 * CloudTrail's published delays let expect; all but the last hour is lived through in steps of five minutes. What a
 * deployment keeps in DynamoDB and OpenSearch is held in memory and the events of the last hours too, so that the figures
 * are those of the code alone. The last lines are a table as it stands in docs/performance.md.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants } from "node:zlib";
import type { MemoryModelStates } from "#adapters/memory/model-states.ts";
import { ReplayedEvents } from "#core/delivery/replayed-events.ts";
import { DAY, HOUR, MINUTE } from "#core/domain/time.ts";
import { WATCH } from "#core/live/checkpoint.ts";
import { IncidentKeeper } from "#core/live/keep-incidents.ts";
import { ShardStates } from "#core/live/packed-states.ts";
import { UsageWatch } from "#core/live/watch.ts";
import { openReplay } from "../cli/as-delivered.ts";
import { quantile, simulatedStore } from "./live/simulated-store.ts";

const { values } = parseArgs({
  options: { accounts: { type: "string", default: "400" }, hours: { type: "string", default: "24" } },
});

/** Of one run: the watch, and the grouping after it. */
interface Run {
  readonly events: number;
  readonly watch: number;
  readonly keep: number;
}

const folder = mkdtempSync(join(tmpdir(), "trailwatch-live-"));
try {
  const days = Math.ceil((Number(values.hours) * HOUR) / DAY);
  const world = await simulatedStore(folder, { accounts: Number(values.accounts), days, seed: 7 });
  process.stderr.write(`${world.events} events simulated\n`);
  process.stdout.write(`${(await measured(world)).join("\n")}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measured({
  place,
  config,
  directory,
}: Awaited<ReturnType<typeof simulatedStore>>): Promise<readonly string[]> {
  const { input, close } = await openReplay(place, { config, directory, times: "modelled" });
  try {
    const span = await input.delivered.span();
    if (!span) throw new Error("the world has no events");
    const start = Math.ceil(span.start / (5 * MINUTE)) * 5 * MINUTE;
    const end = start + Number(values.hours) * HOUR;
    let now = start;
    const clock = { now: () => now };
    const stores = input.keep(clock);
    const events = new ReplayedEvents(input.delivered, input.riskyAction);
    const ports = { ...stores, events, arrivals: events.arrivals, clock };
    let watch = new UsageWatch(ports, input.knowledge);
    let keeper = new IncidentKeeper(ports, input.knowledge);
    const run = async (): Promise<Run> => ({
      events: await events.advance(now),
      watch: await processorTime(() => watch.run({ name: "watch", token: 1 })),
      keep: await processorTime(() => keeper.run({ name: "incidents", token: 1 })),
    });
    for (; now < end - HOUR; now += 5 * MINUTE) await run();
    process.stderr.write("the last hour begins\n");
    const runs: Run[] = [];
    for (; now < end; now += MINUTE) runs.push(await run());
    watch = new UsageWatch(ports, input.knowledge);
    keeper = new IncidentKeeper(ports, input.knowledge);
    const cold = await run();
    return table(runs, cold, stores.states as MemoryModelStates, await stores.checkpoints.read(WATCH));
  } finally {
    await close();
  }
}

/** Milliseconds of all threads. */
async function processorTime(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function table(runs: readonly Run[], cold: Run, states: MemoryModelStates, checkpoint: unknown): readonly string[] {
  const accounts = Number(values.accounts);
  const shards = Object.values(states.all());
  const entities = shards.reduce((sum, shard) => sum + new ShardStates(shard).keys.length, 0);
  const raw = shards.map(({ text }) => Buffer.byteLength(text));
  const packed = shards.map(({ text }) => compressed(text));
  const kept = JSON.stringify(checkpoint);
  return [
    `| ${accounts} accounts, ${values.hours} hours of events | median | most |`,
    "|---|--:|--:|",
    row(
      "events that come in a minute",
      runs.map(({ events }) => events),
    ),
    row(
      "processor time of a run of the watch, ms",
      runs.map(({ watch }) => watch),
    ),
    row(
      "processor time of a run of the grouping after it, ms",
      runs.map(({ keep }) => keep),
    ),
    `| the same in a process that has just started, ms | ${(cold.watch + cold.keep).toFixed(0)} | |`,
    row("bytes of model states of an account", raw),
    row("the same compressed", packed),
    "",
    `${entities} models, ${(sum(raw) / entities).toFixed(0)} bytes each, ${(sum(packed) / entities).toFixed(0)} compressed; ` +
      `model states of all accounts ${(sum(packed) / 1e6).toFixed(1)} MB compressed; ` +
      `checkpoint ${(kept.length / 1e3).toFixed(0)} kB, ${(compressed(kept) / 1e3).toFixed(0)} kB compressed`,
  ];
}

/** Bytes, as adapters/dynamodb packs. */
function compressed(text: string): number {
  return brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }).length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function row(name: string, numbers: readonly number[]): string {
  return `| ${name} | ${quantile(numbers, 0.5).toFixed(0)} | ${quantile(numbers, 1).toFixed(0)} |`;
}
