/**
 * `npm run bench:catch-up [-- --accounts 40 --days 35 --store node|memory --heap 1g --folder <a simulated world>]`: how a
 * deployment catches up on a store that was filled before it ran, as after `trailwatch opensearch backfill`. A simulated
 * organization's events are written into an OpenSearch node of its own, or into an embedded store with roll-ups in memory,
 * where the figures are those of the code alone; then the watch runs as its function does, one run after the other, until
 * nothing is left, and once more. What it keeps in DynamoDB is held in memory. The last lines are a table as it stands in
 * docs/opensearch.md.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { LocalEventSource } from "#adapters/files/local-event-source.ts";
import { MemoryCheckpoints } from "#adapters/memory/checkpoints.ts";
import { MemoryFindingStore } from "#adapters/memory/finding-store.ts";
import { MemoryFirstUses } from "#adapters/memory/first-uses.ts";
import { MemoryInsightLog } from "#adapters/memory/insight-log.ts";
import { MemoryModelStates } from "#adapters/memory/model-states.ts";
import { MemoryRollupStore } from "#adapters/memory/rollup-store.ts";
import { OpenSearchArrivals } from "#adapters/opensearch/arrivals.ts";
import { OpenSearchEventStore } from "#adapters/opensearch/asking/opensearch-event-store.ts";
import { OpenSearchFirstUses } from "#adapters/opensearch/first-uses.ts";
import { OpenSearchInsightLog } from "#adapters/opensearch/insight-log.ts";
import { OpenSearchRollupStore } from "#adapters/opensearch/rollup-store.ts";
import { type Config, parseConfig } from "#core/config/index.ts";
import { parseOrganization } from "#core/context/index.ts";
import { ReplayedEvents } from "#core/delivery/replayed-events.ts";
import { type EpochMs, HOUR, MINUTE, SECOND } from "#core/domain/time.ts";
import { UsageWatch } from "#core/live/watch.ts";
import type { WatchPorts } from "#core/live/watch-context.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { Clock } from "#core/ports/clock.ts";
import { watchKnowledge } from "#lambdas/shared/knowledge.ts";
import { riskyAction } from "#lambdas/shared/risk.ts";
import { writeWorld } from "#simulator/write.ts";
import { openReplay } from "../cli/as-delivered.ts";
import { indexFiles } from "../cli/opensearch/backfill.ts";
import { quantile, storeOf } from "./live/simulated-store.ts";
import { type MeasuredNode, withNode } from "./opensearch/node.ts";

const { values } = parseArgs({
  options: {
    accounts: { type: "string", default: "40" },
    days: { type: "string", default: "35" },
    store: { type: "string", default: "node" },
    heap: { type: "string", default: "1g" },
    folder: { type: "string" },
  },
});

/** As long as the function begins steps. */
const BEGINS_STEPS_FOR = 4 * MINUTE;

interface Run {
  readonly took: EpochMs;
  readonly caughtUpTo: EpochMs | null;
}

const FENCE = { name: "watch", token: 1 };

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** What a deployment asks of a cluster. */
type Asked = Pick<WatchPorts, "events" | "arrivals" | "rollups" | "firstUses" | "insights">;

interface Filled {
  readonly ports: (clock: Clock) => Asked;
  readonly config: Config;
  readonly directory: AccountDirectory;
  readonly events: number;
}

const endOf = (folder: string): EpochMs => Date.parse(JSON.parse(readFileSync(join(folder, "truth.json"), "utf8")).end);

async function filledNode(folder: string, { connection, fresh }: MeasuredNode): Promise<Filled> {
  const config = parseConfig({ opensearch: { eventDays: 3650 } });
  const organization = JSON.parse(readFileSync(join(folder, "organization.json"), "utf8"));
  const directory = parseOrganization(organization, config.context);
  const names = await fresh("catch-up-");
  const now = () => endOf(folder);
  const sources = [new LocalEventSource(join(folder, "AWSLogs"))];
  const { created } = await indexFiles({ connection, names, config, directory, now }, sources, {});
  const ports = (clock: Clock): Asked => ({
    events: new OpenSearchEventStore(connection, names),
    arrivals: new OpenSearchArrivals(connection, names, { riskyAction }),
    rollups: new OpenSearchRollupStore(connection, names, clock.now),
    firstUses: new OpenSearchFirstUses(connection, names, clock.now),
    insights: new OpenSearchInsightLog(connection, names, clock.now),
  });
  return { ports, config, directory, events: created };
}

/** All of its events delivered before anything ran. */
async function filledMemory(folder: string, kept: string): Promise<Filled & { readonly close: () => Promise<void> }> {
  const { place, config, directory } = await storeOf(folder, kept);
  const { input, close } = await openReplay(place, { config, directory, times: "modelled" });
  const events = new ReplayedEvents(input.delivered, riskyAction);
  const span = await input.delivered.span();
  if (!span) throw new Error("the world has no events");
  let count = 0;
  for (let now = span.start; now < endOf(folder); now += HOUR) count += await events.advance(now);
  count += await events.advance(Math.max(span.end, endOf(folder)));
  const ports = (clock: Clock): Asked => ({
    events,
    arrivals: events.arrivals,
    rollups: new MemoryRollupStore(),
    firstUses: new MemoryFirstUses(clock),
    insights: new MemoryInsightLog(),
  });
  return { ports, config, directory, events: count, close };
}

async function measure({ ports, config, directory, events }: Filled, end: EpochMs, cpuOfNode: () => number | null) {
  const load = loadavg()[0]?.toFixed(0);
  say(`${cpus().length} cores (load ${load}), ${process.version}, ${values.store}; ${events} events`);
  const began = Date.now();
  const clock: Clock = { now: () => end + HOUR + Date.now() - began };
  const { now } = clock;
  const kept = {
    states: new MemoryModelStates(),
    findings: new MemoryFindingStore(),
    checkpoints: new MemoryCheckpoints(),
  };
  const watch = new UsageWatch(
    { ...ports(clock), ...kept, clock },
    {
      ...watchKnowledge(config, directory),
      // Zeros are for a cluster's detectors.
      ...(values.store === "node" ? {} : { dense: [] }),
    },
  );
  const steps: EpochMs[] = [];
  const runs: Run[] = [];
  let peak = 0;
  const before = { node: cpuOfNode(), own: process.cpuUsage() };
  let last = now();
  const stepped = (): void => {
    steps.push(now() - last);
    last = now();
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  do {
    const from = now();
    last = from;
    const report = await watch.run(FENCE, from + BEGINS_STEPS_FOR, ({ caughtUpTo, arrived }) => {
      stepped();
      process.stderr.write(`${new Date(caughtUpTo ?? 0).toISOString()} ${arrived} buckets, ${steps.at(-1)} ms\n`);
    });
    stepped();
    runs.push({ took: now() - from, caughtUpTo: report.caughtUpTo });
  } while (runs.at(-1)?.caughtUpTo !== null);
  const { user, system } = process.cpuUsage(before.own);
  const nodeUsed = cpuOfNode();
  const total = runs.reduce((sum, { took }) => sum + took, 0);
  const from = now();
  await watch.run(FENCE);
  const after = now() - from;
  const seconds = (time: number): string => `${(time / SECOND).toFixed(time < 10 * SECOND ? 1 : 0)} s`;
  say(`\n| catching up on ${events} events of ${directory.accounts().length} accounts, ${values.store} | |`);
  say("|---|--:|");
  say(`| runs | ${runs.length} |`);
  say(`| a run, at most | ${seconds(Math.max(...runs.map(({ took }) => took)))} |`);
  say(`| steps | ${steps.length} |`);
  say(`| a step, median and at most | ${seconds(quantile(steps, 0.5))}, ${seconds(quantile(steps, 1))} |`);
  say(`| all of it | ${seconds(total)}, ${Math.round(events / (total / SECOND))} events/s |`);
  say(`| processor time of the process | ${seconds((user + system) / 1000)} |`);
  if (before.node !== null && nodeUsed !== null)
    say(`| processor time of the node | ${seconds(nodeUsed - before.node)} |`);
  say(`| memory of the process, at most | ${Math.round(peak / 2 ** 20)} MiB |`);
  say(`| the run after it | ${seconds(after)} |`);
}

const place = mkdtempSync(join(tmpdir(), "trailwatch-catch-up-"));
const world = values.folder ?? join(place, "world");
try {
  if (!values.folder)
    writeWorld({ accounts: Number(values.accounts), days: Number(values.days), seed: 31, out: world });
  if (values.store === "node") {
    await withNode(values.heap, async (node) => measure(await filledNode(world, node), endOf(world), node.cpu));
  } else {
    const filled = await filledMemory(world, join(place, "kept"));
    await measure(filled, endOf(world), () => null);
    await filled.close();
  }
} finally {
  rmSync(place, { recursive: true, force: true });
}
