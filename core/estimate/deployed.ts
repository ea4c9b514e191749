import type { Deployment } from "../config/deployment/index.ts";
import { METRICS } from "../config/metrics.ts";

/** A function as far as it costs something. A test holds all of this against the templates. */
export interface DeployedFunction {
  /** As it is called, without `Function`. */
  readonly name: string;
  readonly memoryMiB: number;
  /** How often a schedule calls it; `null`: events call it, a deployment, or people. */
  readonly everyMinutes: number | null;
  /** Whether alarms watch it. */
  readonly isWatched: boolean;
  /** Whether what it gives up is kept, which two more alarms watch. */
  readonly keepsFailed: boolean;
}

const SWEEP_MINUTES = 5;
const PROVISION_MINUTES = 60;

export function deployedFunctions({ config, sizing, events, isDelegated }: Deployment): readonly DeployedFunction[] {
  const worker = (name: string, memoryMiB: number, everyMinutes: number | null): DeployedFunction => ({
    name,
    memoryMiB,
    everyMinutes,
    isWatched: true,
    keepsFailed: true,
  });
  const helper = (name: string, memoryMiB: number, everyMinutes: number | null = null): DeployedFunction => ({
    name,
    memoryMiB,
    everyMinutes,
    isWatched: false,
    keepsFailed: false,
  });
  return [
    worker("MultiAccountLogs", sizing.ingestMemoryMiB, null),
    worker("UsageRollup", sizing.rollupMemoryMiB, 1),
    worker("CrossAccountAnomalyProcessor", 1769, 1),
    worker("QBusinessConnector", 1769, SWEEP_MINUTES),
    ...(config.mode === "multi-account"
      ? [worker("DirectorySnapshot", 512, config.environment.SYNC_INTERVAL_MINUTES)]
      : []),
    { ...helper("Redrive", 512), isWatched: true },
    helper("OpenSearchProvisioner", 512, PROVISION_MINUTES),
    helper("OrganizationCheck", 256),
    ...(isDelegated && events.kind === "new-trail" ? [helper("DelegatedTrail", 256)] : []),
  ];
}

/** Silence of events and of detection; delays, quarantine, messages; provisioning. The age of the directory. */
const OWN_ALARMS = 10;
const DIRECTORY_ALARMS = 1;
const ALARMS_A_FUNCTION = 2;
const ALARMS_OF_WHAT_IS_KEPT = 2;
const DOMAIN_ALARMS = 8;

export function alarmCount(deployment: Deployment): number {
  const { config, events } = deployment;
  const watched = deployedFunctions(deployment).filter(({ isWatched }) => isWatched);
  const queues = events.kind === "bucket" ? 2 : 1;
  return (
    OWN_ALARMS +
    (config.mode === "multi-account" ? DIRECTORY_ALARMS : 0) +
    watched.length * ALARMS_A_FUNCTION +
    watched.filter(({ keepsFailed }) => keepsFailed).length * ALARMS_OF_WHAT_IS_KEPT +
    queues +
    (config.domain === null ? DOMAIN_ALARMS : 0)
  );
}

const DOMAIN_LOGS = 4;

/** Of the functions, of the domain, of the trail. */
export const logGroupCount = (deployment: Deployment): number =>
  deployedFunctions(deployment).length +
  (deployment.config.domain === null ? DOMAIN_LOGS : 0) +
  (deployment.events.kind === "new-trail" ? 1 : 0);

/** Each has the stage as its only dimension, so each is one. */
export const metricCount = (): number => Object.keys(METRICS).length;
