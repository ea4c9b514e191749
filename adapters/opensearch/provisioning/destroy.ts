import type { OpenSearchConnection } from "../connection.ts";
import type { Context } from "./context.ts";
import type { DesiredState } from "./desired.ts";
import { readEngine } from "./engine.ts";
import type { ProvisioningOptions, ProvisioningReport } from "./plan.ts";
import {
  channelRemovals,
  dashboardRemovals,
  dataRemovals,
  detectorRemovals,
  markRemovals,
  monitorRemovals,
  policyRemovals,
  roleRemovals,
  templateRemovals,
} from "./removals.ts";
import { failedResult, foreseen, type Kind, runStep, type StepResult } from "./steps.ts";

export interface DestroyOptions extends ProvisioningOptions {
  /** Events, roll-ups, incidents, first uses, quarantine, state and results too. They cannot be brought back. */
  readonly withData: boolean;
  /** Only say what would be removed. */
  readonly dryRun: boolean;
}

/**
 * Removes what was made by applying, in the opposite order; what is gone already is no failure. Data stays unless it is to
 * go too. Every step has a result. Rejects with TrailwatchError where the cluster cannot be asked at all.
 */
export async function destroyOpenSearch(
  desired: DesiredState,
  connection: OpenSearchConnection,
  { withData, dryRun, ...options }: DestroyOptions,
): Promise<ProvisioningReport> {
  const engine = await readEngine(connection);
  const context: Context = { connection, engine, desired, ...options, isMade: () => false };
  const sections: readonly [Kind, typeof dataRemovals][] = [
    ["saved objects", dashboardRemovals],
    ["monitor", monitorRemovals],
    ["channel", channelRemovals],
    ["detector", detectorRemovals],
    ["role", roleRemovals],
    ["retention policy", policyRemovals],
    ["index template", templateRemovals],
    ["version", markRemovals],
    ...(withData ? [["data", dataRemovals] as [Kind, typeof dataRemovals]] : []),
  ];
  const results: StepResult[] = [];
  for (const [kind, removals] of sections) {
    try {
      for (const step of await removals(context)) results.push(dryRun ? foreseen(step) : await runStep(step));
    } catch (error) {
      results.push(failedResult({ kind, name: "all", action: "remove" }, error));
    }
  }
  return { engine: { version: engine.version, plugins: [...engine.plugins].sort() }, results };
}
