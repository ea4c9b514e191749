import { type DesiredState, desiredState } from "#adapters/opensearch/provisioning/desired.ts";
import {
  applyOpenSearch,
  type ProvisioningOptions,
  type ProvisioningReport,
  planOpenSearch,
} from "#adapters/opensearch/provisioning/plan.ts";
import type { StepResult } from "#adapters/opensearch/provisioning/steps.ts";
import { parseConfig } from "#core/config/index.ts";
import { DAY } from "#core/domain/time.ts";
import { ProvisionedCluster } from "../../../fakes/provisioned-cluster.ts";

const WEBHOOK = "https://hooks.example.com/in";

/** What is wanted with this `opensearch` section, and with these other sections of the configuration. */
export const wanted = (opensearch: object = {}, rest: object = {}): DesiredState =>
  desiredState({
    config: parseConfig({ ...rest, opensearch: { alerts: { webhook: WEBHOOK }, ...opensearch } }),
    namespace: "",
  });

/** With three weeks of roll-ups. */
export function newCluster(): ProvisionedCluster {
  const cluster = new ProvisionedCluster();
  cluster.rollups = { oldest: cluster.now - 20 * DAY };
  return cluster;
}

const optionsOf = (cluster: ProvisionedCluster): ProvisioningOptions => ({
  dashboards: null,
  now: () => cluster.now,
  pause: async () => {},
});

export const applyTo = (cluster: ProvisionedCluster, desired = wanted(), more: Partial<ProvisioningOptions> = {}) =>
  applyOpenSearch(desired, cluster, { ...optionsOf(cluster), ...more });
export const planFor = (cluster: ProvisionedCluster, desired = wanted()) =>
  planOpenSearch(desired, cluster, optionsOf(cluster));

/** What is not as it was, or not as it should be. */
export const changed = ({ results }: ProvisioningReport): string[] =>
  results
    .filter(({ outcome }) => outcome !== "unchanged" && outcome !== "left")
    .map(({ kind, name, action, outcome }) => `${kind} ${name}: ${action}, ${outcome}`);

export function find({ results }: ProvisioningReport, kind: string, name?: string): StepResult {
  const found = results.find((one) => one.kind === kind && (name === undefined || one.name === name));
  if (!found) throw new Error(`no ${kind} ${name}: ${JSON.stringify(results, null, 1)}`);
  return found;
}
