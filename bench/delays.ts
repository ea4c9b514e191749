/**
 * `npm run bench:delays [-- --worlds 3 --accounts 3 --days 5]`: from event to page. Simulated organizations are lived
 * through minute by minute, as a deployment does, with events that come as CloudTrail's published delays let expect (see
 * core/delivery/delay-model.ts), and once more with events that come at once. Time is the world's: how quick this machine
 * is does not matter, and what a run itself takes, some seconds, is not in it. The last lines are a table as it stands in
 * docs/performance.md.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DuckDbDeliveredEvents } from "#adapters/duckdb/delivered-events.ts";
import { SEVERITIES, type Severity } from "#core/domain/finding.ts";
import { type EpochMs, MINUTE } from "#core/domain/time.ts";
import { type Replayed, replayDelivery } from "#core/use-cases/replay-delivery.ts";
import { openReplay } from "../cli/as-delivered.ts";
import { riskyAction } from "../cli/store.ts";
import { quantile, simulatedStore } from "./live/simulated-store.ts";

const { values } = parseArgs({
  options: {
    worlds: { type: "string", default: "3" },
    accounts: { type: "string", default: "3" },
    days: { type: "string", default: "5" },
  },
});

/** Of one paged incident. */
interface Page {
  readonly severity: Severity;
  readonly sinceFirst: EpochMs;
  readonly sinceNewest: EpochMs | null;
  /** Longer than with events that come at once; `null` where it was not paged then. */
  readonly byDelivery: EpochMs | null;
}

interface Delivered {
  readonly events: number;
  readonly median: EpochMs;
  readonly p95: EpochMs;
}

const folder = mkdtempSync(join(tmpdir(), "trailwatch-delays-"));
const pages: Page[] = [];
const delays: Delivered[] = [];
try {
  for (let seed = 1; seed <= Number(values.worlds); seed++) {
    const options = { accounts: Number(values.accounts), days: Number(values.days), seed };
    const world = await simulatedStore(join(folder, String(seed)), options);
    const { replayed, delivered } = await lived(world, "modelled");
    delays.push(delivered);
    const atOnce = firstPages((await lived(world, "at once")).replayed);
    const found = firstPages(replayed);
    for (const [id, { at, severity, first, newest }] of found) {
      const undelayed = atOnce.get(id);
      pages.push({
        severity,
        sinceFirst: at - first,
        sinceNewest: newest === null ? null : at - newest,
        byDelivery: undelayed ? at - undelayed.at : null,
      });
    }
    process.stderr.write(`world ${seed}: ${found.size} incidents paged\n`);
  }
  process.stdout.write(`${table().join("\n")}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function lived(
  { place, config, directory }: Awaited<ReturnType<typeof simulatedStore>>,
  how: "modelled" | "at once",
): Promise<{ readonly replayed: Replayed; readonly delivered: Delivered }> {
  const { input, close } = await openReplay(place, { config, directory, times: "modelled" });
  const delivered =
    how === "modelled"
      ? input.delivered
      : await DuckDbDeliveredEvents.open(place.store, {
          times: "modelled",
          riskyAction,
          modelledDelivery: (_, __, time) => time + MINUTE,
          modelledInsightDelivery: (time) => time,
        });
  try {
    const insights = await delivered.insights();
    const replayed = await replayDelivery({ ...input, delivered, insights, every: MINUTE });
    if (!replayed) throw new Error("the world has no events");
    return { replayed, delivered: await delivered.lateness({}, 0) };
  } finally {
    if (how === "at once") await delivered.close();
    await close();
  }
}

interface FirstPage {
  readonly at: EpochMs;
  readonly severity: Severity;
  readonly first: EpochMs;
  readonly newest: EpochMs | null;
}

/** The first message of each incident, by its last id; withdrawn ones left out. */
function firstPages({ incidents, messages }: Replayed): ReadonlyMap<string, FirstPage> {
  const found = new Map<string, FirstPage>();
  for (const { draft, formerIds, withdrawnAt } of incidents) {
    if (withdrawnAt !== null || !draft.paging.paged) continue;
    const ids = [draft.id, ...formerIds];
    const opened = messages.find(({ incident, occasion }) => occasion === "opened" && ids.includes(incident.id));
    if (!opened) continue;
    const { at, newest, incident } = opened;
    found.set(draft.id, { at, severity: incident.severity, first: draft.window.start, newest });
  }
  return found;
}

function table(): readonly string[] {
  const events = delays.reduce((sum, one) => sum + one.events, 0);
  const median = (of: (one: Delivered) => EpochMs): EpochMs => quantile(delays.map(of), 0.5);
  const known = (of: (page: Page) => EpochMs | null): readonly EpochMs[] => pages.flatMap((page) => of(page) ?? []);
  const severities = [...SEVERITIES].reverse().flatMap((severity) => {
    const waits = pages.filter((page) => page.severity === severity).map(({ sinceFirst }) => sinceFirst);
    return waits.length === 0 ? [] : [row(`first event of an incident of severity ${severity} to its page`, waits)];
  });
  return [
    `${values.worlds} worlds of ${values.accounts} accounts and ${values.days} days, ${pages.length} incidents paged`,
    "",
    "| from ... to | of | median, minutes | p95, minutes |",
    "|---|--:|--:|--:|",
    `| event to its delivery (what goes in) | ${events} events | ${minutes(median((one) => one.median))} | ${minutes(median((one) => one.p95))} |`,
    row(
      "newest event of the incident that had come, to the page",
      known(({ sinceNewest }) => sinceNewest),
    ),
    row(
      "the page if events came at once, to the page",
      known(({ byDelivery }) => byDelivery),
    ),
    ...severities,
  ];
}

function row(name: string, waits: readonly EpochMs[]): string {
  return `| ${name} | ${waits.length} incidents | ${minutes(quantile(waits, 0.5))} | ${minutes(quantile(waits, 0.95))} |`;
}

function minutes(span: EpochMs): string {
  return (span / MINUTE).toFixed(1);
}
