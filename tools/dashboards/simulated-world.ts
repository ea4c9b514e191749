import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { toDocument } from "#adapters/opensearch/documents/event-document.ts";
import { indexTemplates } from "#adapters/opensearch/documents/mappings.ts";
import { OpenSearchIncidentStore } from "#adapters/opensearch/incident-store.ts";
import type { IndexNames } from "#adapters/opensearch/index-names.ts";
import { OpenSearchRollupStore } from "#adapters/opensearch/rollup-store.ts";
import { DAY, type TimeWindow } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { EventStore } from "#core/ports/event-store.ts";
import type { ReportModel } from "#core/report/model.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { rollUp } from "#core/use-cases/roll-up.ts";
import { analyseStore, reportModel } from "../../cli/analysis.ts";
import { loadConfiguration, loadOrganization } from "../../cli/configuration.ts";
import { ingestSummary, insightRecords } from "../../cli/ingest/ledger.ts";
import { withStore } from "../../cli/store.ts";
import { workspace } from "../../cli/workspace.ts";

export interface WorldOptions {
  readonly accounts: number;
  readonly days: number;
  readonly seed: number;
}

const COMMAND = new URL("../../cli/trailwatch.js", import.meta.url).pathname;

/** Simulates an organization and analyses its logs the embedded way, in `folder`. */
export function simulateAndAnalyse(folder: string, { accounts, days, seed }: WorldOptions): void {
  const world = join(folder, "world");
  const run = (...args: readonly string[]): void => {
    execFileSync(process.execPath, [COMMAND, ...args, "--quiet"], { stdio: ["ignore", "ignore", "inherit"] });
  };
  run("simulate", "--out", world, "--accounts", String(accounts), "--days", String(days), "--seed", String(seed));
  const organization = join(world, "organization.json");
  run("analyze", join(world, "AWSLogs"), "--organization", organization, "--out", join(folder, "out"), "--no-report");
}

/** Puts the events and incidents of such a folder on a node; answers with the rows that the report shows of them. */
export async function fillNode(
  folder: string,
  connection: OpenSearchConnection,
  names: IndexNames,
): Promise<ReportModel> {
  const config = loadConfiguration(undefined);
  const directory = loadOrganization(join(folder, "world", "organization.json"), config);
  for (const { name, body } of indexTemplates(names, { replicas: 0 })) {
    await connection.send("PUT", `/_index_template/${name}`, { body });
  }
  return await withStore(workspace(join(folder, "out")), "read", async ({ instance, events: store }) => {
    const about = { store, directory, config };
    const analysis = await analyseStore({
      ...about,
      ingest: await ingestSummary(instance),
      insights: await insightRecords(instance),
    });
    if (analysis.span) await writeEvents(connection, names, store, directory, analysis.span);
    await new OpenSearchIncidentStore(connection, names).save(analysis.incidents);
    await rollUp({
      events: store,
      rollups: new OpenSearchRollupStore(connection, names),
      directory,
      signals: resolveSignals(config.signals),
      // Charts need no zeros.
      dense: [],
      config: config.detection,
      now: analysis.span?.end ?? 0,
      state: null,
    });
    await connection.send("POST", `/${names.rollups}/_refresh`);
    return await reportModel(analysis, about);
  });
}

async function writeEvents(
  connection: OpenSearchConnection,
  names: IndexNames,
  store: EventStore,
  directory: AccountDirectory,
  span: TimeWindow,
): Promise<void> {
  for (let start = span.start; start < span.end; start += DAY / 4) {
    const window = { start, end: Math.min(span.end, start + DAY / 4) };
    const all = await store.events({ window }, Number.MAX_SAFE_INTEGER);
    const counted = new Set(
      (await store.events({ window, counted: true }, Number.MAX_SAFE_INTEGER)).map(({ id }) => id),
    );
    await bulk(
      connection,
      all.flatMap((event) => [
        { create: { _index: names.eventsAt(event.time), _id: event.id } },
        documentOf(event, directory, counted.has(event.id)),
      ]),
    );
  }
  await connection.send("POST", `/${names.events}/_refresh`);
}

const documentOf = (event: PricedUsageEvent, directory: AccountDirectory, counted: boolean): object =>
  toDocument(event, directory.account(event.account), { counted, fingerprint: "", firsts: [] });

async function bulk(connection: OpenSearchConnection, lines: readonly object[]): Promise<void> {
  const BATCH = 4000;
  for (let at = 0; at < lines.length; at += BATCH) {
    const { body } = await connection.send("POST", "/_bulk", {
      lines: lines
        .slice(at, at + BATCH)
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(""),
    });
    if (body.errors) throw new Error(`the node refused documents: ${JSON.stringify(body.items).slice(0, 500)}`);
  }
}
