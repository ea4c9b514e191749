import { indexTemplates } from "#adapters/opensearch/documents/mappings.ts";
import { deleteExpiredWithoutPolicy } from "#adapters/opensearch/documents/retention.ts";
import { indexNames } from "#adapters/opensearch/index-names.ts";
import { refresh } from "#adapters/opensearch/write-all.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { escapeInvisible } from "#core/messages/json-text.ts";
import { timeArgument } from "../arguments.ts";
import { loadOrganization } from "../configuration.ts";
import { type FilledCluster, indexFiles, rollUpCluster, settleCluster } from "../opensearch/backfill.ts";
import { configurationWith, connectCluster } from "../opensearch/connect-cluster.ts";
import { createProgress } from "../progress.ts";
import { type Backfilled, renderBackfill } from "../render/opensearch-backfill.ts";
import { sourcesOf } from "../sources.ts";
import type { OpenSearchCommandOptions } from "./opensearch.ts";

export interface BackfillOptions extends OpenSearchCommandOptions {
  readonly organization?: string;
  readonly from?: string;
  readonly to?: string;
  readonly account?: readonly string[];
  readonly region?: readonly string[];
  readonly quiet?: boolean;
}

/** Puts the past into a cluster, so that its first day is not blind: events, settled, and their roll-ups. */
export async function backfill(paths: readonly string[], options: BackfillOptions): Promise<void> {
  const config = configurationWith(options);
  const directory = loadOrganization(options.organization, config);
  const names = indexNames(options.namespace);
  const selection = {
    from: timeArgument("--from", options.from),
    to: timeArgument("--to", options.to),
    accounts: options.account,
    regions: options.region,
  };
  const sources = await sourcesOf(paths, options);
  const progress = createProgress(process.stderr, options.quiet ?? false);
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.once("SIGINT", onSignal);
  const { connection, close } = connectCluster(options);
  try {
    const cluster: FilledCluster = { connection, names, config, directory, now: Date.now };
    await requireTemplates(cluster);
    const indexed = await indexFiles(cluster, sources, selection, {
      signal: interrupt.signal,
      onProgress: progress.reading,
    });
    if (indexed.files === 0) throw nothingRead(paths);
    // What is done from here on is done again by the next run.
    process.off("SIGINT", onSignal);
    progress.say("settling and rolling up");
    const settled = indexed.earliest === null ? null : await settleCluster(cluster, indexed.earliest);
    const { window, written, removed } = await rollUpCluster(cluster);
    // Whoever starts a detector next learns from all of it.
    await refresh(connection, names.rollups);
    const expired = await deleteExpiredWithoutPolicy(connection, names, config.opensearch, cluster.now());
    progress.done();
    const { earliest: _, ...counts } = indexed;
    const done: Backfilled = {
      ...counts,
      recounted: settled?.recounted ?? 0,
      repriced: settled?.repriced ?? 0,
      rollups: { window, written, removed },
      expired,
    };
    process.stdout.write(
      options.format === "json"
        ? `${escapeInvisible(JSON.stringify(done, null, 2))}\n`
        : renderBackfill(done, connection.url),
    );
  } finally {
    progress.done();
    process.off("SIGINT", onSignal);
    await close();
  }
}

const nothingRead = (paths: readonly string[]): TrailwatchError =>
  new TrailwatchError(
    "NOTHING_READ",
    `no CloudTrail file under ${paths.join(", ")}`,
    "Check the path and the --from, --to, --account and --region that may leave everything out.",
  );

/** Without them the cluster would guess the types of fields from the first event, and keep to its guess. */
async function requireTemplates({ connection, names }: FilledCluster): Promise<void> {
  for (const { name } of indexTemplates(names)) {
    const { status } = await connection.send("GET", `/_index_template/${name}`, { allow: [404] });
    if (status !== 404) continue;
    throw new TrailwatchError(
      "OPENSEARCH_NOT_FOUND",
      `the cluster has no index template ${name}`,
      "Run `trailwatch opensearch apply` first, then this again, then apply once more: detectors are made when there is data.",
    );
  }
}
