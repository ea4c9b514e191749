import { DEFAULT_STAGE } from "../config/deployment/index.ts";
import { Names } from "../config/deployment/names.ts";
import { TrailwatchError } from "../domain/errors.ts";
import type { EpochMs } from "../domain/time.ts";
import type { DeploymentView, FunctionFacts } from "../ports/deployment-view.ts";

/** Functions of the pipeline, by the names that runbooks know. */
export const FUNCTIONS = [
  "MultiAccountLogsFunction",
  "UsageRollupFunction",
  "CrossAccountAnomalyProcessorFunction",
  "QBusinessConnectorFunction",
  "DirectorySnapshotFunction",
  "RedriveFunction",
  "OpenSearchProvisionerFunction",
] as const;
export type FunctionBase = (typeof FUNCTIONS)[number];

/** A deployment that was found, as its functions know it. */
export interface Deployed {
  readonly stage: string;
  readonly names: Names;
  readonly region: string;
  readonly now: EpochMs;
  readonly functions: ReadonlyMap<FunctionBase, FunctionFacts | null>;
}

/**
 * Finds a deployment by its functions: what they are set to is what is in force. Rejects with TrailwatchError `NOT_FOUND`
 * where none of them is there.
 */
export async function findDeployed(
  view: DeploymentView,
  { stage, region, now }: Pick<Deployed, "stage" | "region" | "now">,
): Promise<Deployed> {
  const names = new Names(stage);
  const functions = new Map<FunctionBase, FunctionFacts | null>();
  for (const base of FUNCTIONS) functions.set(base, await view.function(names.of(base)));
  if ([...functions.values()].some((found) => found !== null)) return { stage, names, region, now, functions };
  throw new TrailwatchError(
    "NOT_FOUND",
    `nothing of Trailwatch ${stage === DEFAULT_STAGE ? "" : `of the stage ${stage} `}is deployed in ${region} of this account`,
    "Name the stage with --stack Trailwatch-<stage>, the region with --region, the account with --profile.",
  );
}

/** What a function is set to; `null` where it is not there, or has no such setting. */
export const settingOf = ({ functions }: Deployed, base: FunctionBase, key: string): string | null =>
  functions.get(base)?.environment[key] || null;

/** The setting that something cannot be asked without. Throws TrailwatchError `NOT_FOUND`. */
export function neededSetting(deployed: Deployed, base: FunctionBase, key: string): string {
  const value = settingOf(deployed, base, key);
  if (value !== null) return value;
  throw new TrailwatchError(
    "NOT_FOUND",
    `${deployed.names.of(base)} has no ${key}`,
    "Deploy again: cdk deploy sets it.",
  );
}

export const isOrganization = (deployed: Deployed): boolean =>
  settingOf(deployed, "MultiAccountLogsFunction", "ORGANIZATION_ID") !== null;

export const ofOneAccount = (deployed: Deployed): string | null =>
  isOrganization(deployed) ? null : "a single account is watched";
