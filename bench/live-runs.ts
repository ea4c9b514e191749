/**
 * `node bench/live-runs.ts [--accounts 12] [--days 30] [--minutes 30] [--heap 1g] [--folder <a simulated world>]`: what the
 * run of every minute asks of a cluster, and how long it takes, when some weeks of a simulated organization's events are
 * kept. All but the last hours are stored, settled and rolled up at once; then each minute's events are written three to
 * ten minutes after they happened, and what settles and counts them is timed. The last lines are a table as it stands in
 * docs/opensearch.md.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EventReader } from "#adapters/files/event-reader.ts";
import { LocalEventSource } from "#adapters/files/local-event-source.ts";
import { writeEvents } from "#adapters/opensearch/documents/bulk-writer.ts";
import type { EventEntry } from "#adapters/opensearch/documents/event-entry.ts";
import { fileEntry } from "#adapters/opensearch/documents/read-record.ts";
import { settleEvents } from "#adapters/opensearch/documents/settle.ts";
import { parseConfig } from "#core/config/index.ts";
import { parseOrganization } from "#core/context/index.ts";
import { type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { riskyAction } from "#lambdas/shared/risk.ts";
import { writeWorld } from "#simulator/write.ts";
import { type LiveRun, LiveRuns, type Step } from "./opensearch/live-runs.ts";
import { type MeasuredNode, withNode } from "./opensearch/node.ts";

const { values } = parseArgs({
  options: {
    accounts: { type: "string", default: "12" },
    days: { type: "string", default: "30" },
    minutes: { type: "string", default: "30" },
    heap: { type: "string", default: "1g" },
    folder: { type: "string" },
  },
});

/** Working hours of the last day. */
const BEFORE_END = 10 * HOUR;
const FASTEST = 3 * MINUTE;
const SLOWER = 7 * MINUTE;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** When an event is written, by its id. */
const writtenAt = ({ event: { id, time } }: EventEntry): EpochMs =>
  time + FASTEST + Math.floor((Number.parseInt(id.slice(0, 4), 16) / 0xffff) * SLOWER);

async function measure(folder: string, node: MeasuredNode): Promise<void> {
  const config = parseConfig({ opensearch: { eventDays: 3650 } });
  const organization = JSON.parse(readFileSync(join(folder, "organization.json"), "utf8"));
  const directory = parseOrganization(organization, config.context);
  const truth = JSON.parse(readFileSync(join(folder, "truth.json"), "utf8"));
  const start = Date.parse(truth.end) - BEFORE_END;
  const end = start + Number(values.minutes) * MINUTE;
  const names = await node.fresh("live-");
  const { connection } = node;
  const knowledge = { accounts: directory, priceBook: createPriceBook(), riskyAction };
  const reader = new EventReader(Date.now);
  const coming: EventEntry[] = [];
  async function* past(): AsyncGenerator<EventEntry> {
    for await (const file of new LocalEventSource(join(folder, "AWSLogs")).files({})) {
      const read = await reader.read(file);
      for (const event of read.events) {
        const entry = fileEntry(event, read, knowledge);
        const at = writtenAt(entry);
        if (at < start) yield entry;
        else if (at < end) coming.push(entry);
      }
    }
  }
  const { created } = await writeEvents(connection, names, past(), { now: () => start - HOUR });
  await settleEvents(connection, names, { start: 0, end }, { riskyAction });
  const runs = new LiveRuns(connection, names, { config, directory, since: Date.parse(truth.start), cpu: node.cpu });
  const rolledUp = await runs.rollUpAll(start);
  say(`${cpus().length} cores (load ${loadavg()[0]?.toFixed(0)}), ${process.version}, heap ${values.heap}`);
  say(`${created} events and ${rolledUp} roll-ups are kept`);
  const timed: { readonly events: number; readonly run: LiveRun }[] = [];
  for (let now = start + MINUTE; now <= end; now += MINUTE) {
    const some = coming.filter((entry) => writtenAt(entry) >= now - MINUTE && writtenAt(entry) < now);
    await writeEvents(connection, names, some, { now: () => now });
    timed.push({ events: some.length, run: await runs.run(now) });
  }
  const closing = timed.filter(({ run }) => run.written > 0);
  say("\n| each minute | median | at most |\n|---|---|---|");
  say(`| events that came | ${spread(timed.map(({ events }) => events))} |`);
  say(`| settled, and known what came | ${steps(timed.map(({ run }) => run.heard))} |`);
  say(`| rolled up, where a bucket closed | ${steps(closing.map(({ run }) => run.rolledUp))} |`);
  say(`| counts written then | ${spread(closing.map(({ run }) => run.written))} |`);
  say(`| first uses | ${steps(timed.map(({ run }) => run.firstUses))} |`);
}

type Summary = readonly [median: number, most: number];

function summary(numbers: readonly number[]): Summary {
  const sorted = [...numbers].sort((a, b) => a - b);
  return [sorted[sorted.length >> 1] ?? 0, sorted.at(-1) ?? 0];
}

const spread = (numbers: readonly number[]): string => summary(numbers).join(" | ");

function steps(all: readonly Step[]): string {
  const [times, cpu, requests] = [
    summary(all.map(({ milliseconds }) => Math.round(milliseconds))),
    summary(all.map((step) => step.cpu ?? 0)),
    summary(all.map((step) => step.requests)),
  ];
  return ([0, 1] as const)
    .map((place) => `${requests[place]} requests, ${times[place]} ms (${cpu[place]} ms of the node's processor time)`)
    .join(" | ");
}

const folder = values.folder ?? mkdtempSync(join(tmpdir(), "trailwatch-live-"));
try {
  if (!values.folder)
    writeWorld({ accounts: Number(values.accounts), days: Number(values.days), seed: 31, out: folder });
  await withNode(values.heap, (node) => measure(folder, node));
} finally {
  if (!values.folder) rmSync(folder, { recursive: true, force: true });
}
