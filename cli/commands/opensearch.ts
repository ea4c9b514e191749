import { setTimeout as pause } from "node:timers/promises";
import { type DesiredState, desiredState } from "#adapters/opensearch/provisioning/desired.ts";
import { destroyOpenSearch } from "#adapters/opensearch/provisioning/destroy.ts";
import {
  applyOpenSearch,
  hasFailed,
  isWaiting,
  type ProvisioningOptions,
  type ProvisioningReport,
  planOpenSearch,
} from "#adapters/opensearch/provisioning/plan.ts";
import { readStatus } from "#adapters/opensearch/provisioning/status.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { escapeInvisible } from "#core/messages/json-text.ts";
import { EXIT } from "../exit-codes.ts";
import {
  type AlertOptions,
  type Cluster,
  type ClusterOptions,
  configurationWith,
  connectCluster,
} from "../opensearch/connect-cluster.ts";
import { renderStatus } from "../render/opensearch-status.ts";
import { renderProvisioning } from "../render/provisioning.ts";
import { textOptions } from "../terminal.ts";

export interface OpenSearchCommandOptions extends ClusterOptions, AlertOptions {
  readonly namespace: string;
  readonly format: "text" | "json";
}

/** What would be done. */
export const plan = (options: OpenSearchCommandOptions): Promise<void> =>
  withCluster(options, async ({ connection }, desired, provisioning) => {
    const report = await planOpenSearch(desired, connection, provisioning);
    write(options, report, () => renderProvisioning("plan", report, connection.url, textOptions(process.stdout)));
    process.exitCode = hasFailed(report) ? EXIT.failed : EXIT.ok;
  });

/** Exits with `waiting` where something must exist first, and with `failed` where a step failed. */
export const apply = (options: OpenSearchCommandOptions): Promise<void> =>
  withCluster(options, async ({ connection }, desired, provisioning) => {
    const report = await applyOpenSearch(desired, connection, provisioning);
    write(options, report, () => renderProvisioning("apply", report, connection.url, textOptions(process.stdout)));
    process.exitCode = exitOf(report);
  });

const exitOf = (report: ProvisioningReport): number =>
  hasFailed(report) ? EXIT.failed : isWaiting(report) ? EXIT.waiting : EXIT.ok;

export const status = (options: OpenSearchCommandOptions): Promise<void> =>
  withCluster(options, async ({ connection }, desired, { now }) => {
    const found = await readStatus(desired, connection, { now });
    write(options, found, () => renderStatus(found, connection.url, now(), textOptions(process.stdout)));
  });

interface DestroyCommandOptions extends OpenSearchCommandOptions {
  readonly data?: boolean;
  readonly yes?: boolean;
}

/** Without `--yes` it only says what would go. */
export const destroy = ({ data = false, yes = false, ...options }: DestroyCommandOptions): Promise<void> =>
  withCluster(options, async ({ connection }, desired, provisioning) => {
    const removal = { ...provisioning, withData: data, dryRun: !yes };
    const report = await destroyOpenSearch(desired, connection, removal);
    const title = yes ? "destroy" : "destroy-plan";
    write(options, report, () => renderProvisioning(title, report, connection.url, textOptions(process.stdout)));
    process.exitCode = hasFailed(report) ? EXIT.failed : EXIT.ok;
  });

async function withCluster(
  options: OpenSearchCommandOptions,
  act: (cluster: Cluster, desired: DesiredState, provisioning: ProvisioningOptions) => Promise<void>,
): Promise<void> {
  const desired = desiredFrom(options);
  const cluster = connectCluster(options);
  try {
    await act(cluster, desired, { dashboards: cluster.dashboards, now: Date.now, pause: (ms) => pause(ms) });
  } finally {
    await cluster.close();
  }
}

function desiredFrom(options: OpenSearchCommandOptions): DesiredState {
  const config = configurationWith(options);
  try {
    return desiredState({ config, namespace: options.namespace });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TrailwatchError(
      "USAGE",
      `--namespace: ${error.message}`,
      "Leave it out, or write something like team-a-.",
      {
        cause: error,
      },
    );
  }
}

function write({ format }: OpenSearchCommandOptions, found: object, text: () => string): void {
  process.stdout.write(format === "json" ? `${escapeInvisible(JSON.stringify(found, null, 2))}\n` : text());
}
