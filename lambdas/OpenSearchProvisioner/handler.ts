import { setTimeout as wait } from "node:timers/promises";
import type { OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { desiredState } from "#adapters/opensearch/provisioning/desired.ts";
import { applyOpenSearch, isEmpty, type ProvisioningReport } from "#adapters/opensearch/provisioning/plan.ts";
import { type OpenSearchStatus, readStatus } from "#adapters/opensearch/provisioning/status.ts";
import type { StepResult } from "#adapters/opensearch/provisioning/steps.ts";
import type { DashboardsServer } from "#adapters/opensearch/saved-objects/dashboards-api.ts";
import { type Config, parseConfig } from "#core/config/index.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { AuditLog } from "#core/ports/audit-log.ts";
import type { SnapshotStore } from "#core/ports/snapshot-store.ts";
import type { CustomResourceRequest, CustomResourceResult } from "../shared/custom-resource.ts";
import type { Observing } from "../shared/observing.ts";
import { provisioningSchema, type Wanted } from "./event.ts";

export interface ProvisionerParts {
  readonly connection: OpenSearchConnection;
  readonly dashboards: DashboardsServer | null;
  readonly namespace: string;
  readonly config: Config;
  /** Remembers what the deployment wants, for the schedule. */
  readonly snapshots: SnapshotStore;
  readonly audit: AuditLog;
  readonly now: () => EpochMs;
}

/** The name under which it is kept what the deployment wants. */
const WANTED = "provisioning";

/**
 * Makes the cluster what the configuration says: as a part of the deployment, which fails with it, and from time to time
 * for what could not be made yet (a forest has nothing to learn from before there are roll-ups). When the deployment goes,
 * the cluster stays as it is, with its data: `trailwatch opensearch destroy` takes out what was made.
 */
export class OpenSearchProvisioner {
  readonly #parts: ProvisionerParts;

  constructor(parts: ProvisionerParts) {
    this.#parts = parts;
  }

  /** Always the same: for another id CloudFormation would delete the old thing. */
  get physicalId(): string {
    return `trailwatch-opensearch-${this.#parts.namespace}`;
  }

  async answer(request: CustomResourceRequest, observing: Observing): Promise<CustomResourceResult> {
    const { physicalId } = this;
    if (request.RequestType === "Delete") return { physicalId: request.PhysicalResourceId ?? physicalId };
    const { snapshots, audit, now } = this.#parts;
    const by = `cloudformation ${request.StackId}`;
    const wanted = provisioningSchema.parse(request.ResourceProperties);
    const before = provisioningSchema.safeParse((await snapshots.latest(WANTED))?.content).data;
    if (before?.ConfigurationHash !== wanted.ConfigurationHash) {
      const details = { from: before?.ConfigurationHash ?? null, to: wanted.ConfigurationHash };
      await audit.add({ at: now(), action: "configure", by, details });
    }
    await snapshots.write(WANTED, { takenAt: now(), content: wanted });
    const report = await this.#apply(wanted, by, observing);
    const of = (outcome: StepResult["outcome"]) =>
      String(report.results.filter((one) => one.outcome === outcome).length);
    return {
      physicalId,
      data: { Engine: report.engine.version, Done: of("done"), Waiting: of("waiting"), Failed: of("failed") },
    };
  }

  /** What was wanted last, again. */
  async again(observing: Observing): Promise<ProvisioningReport | null> {
    const kept = await this.#parts.snapshots.latest(WANTED);
    if (kept !== null) return this.#apply(provisioningSchema.parse(kept.content), "schedule", observing);
    observing.warn("nothing was provisioned yet: the deployment calls first");
    return null;
  }

  /** How everything of ours in the cluster is; nothing is changed. */
  look(): Promise<OpenSearchStatus> {
    const { connection, namespace, config, now } = this.#parts;
    return readStatus(desiredState({ config, namespace }), connection, { now });
  }

  async #apply(wanted: Wanted, by: string, observing: Observing): Promise<ProvisioningReport> {
    const { connection, dashboards, namespace, config, audit, now } = this.#parts;
    const desired = desiredState({ config: completed(config, wanted), namespace });
    const pause = (milliseconds: number): Promise<void> => wait(milliseconds);
    const report = await applyOpenSearch(desired, connection, { dashboards, now, pause });
    const { engine, results } = report;
    const failed = results.filter(({ outcome }) => outcome === "failed");
    const told = results.filter(({ outcome }) => outcome !== "unchanged" && outcome !== "left");
    observing.info("provisioned", { by, engine: engine.version, results: told });
    for (const { kind, name, reason, nextStep } of failed)
      observing.warn("not provisioned", { kind, name, reason, nextStep });
    if (!isEmpty(report)) await audit.add({ at: now(), action: "provision", by, details: { engine, results: told } });
    const fatal = failed.find(({ kind }) => kind !== "saved objects");
    if (fatal) throw failure(fatal, failed.length);
    return report;
  }
}

/** The configuration with what has a name only now. */
function completed(config: Config, { BellTopicArn, BellRoleArn, Writers, Processors, Readers }: Wanted): Config {
  const { alerts, access } = config.opensearch;
  const opensearch = {
    ...config.opensearch,
    alerts: { ...alerts, snsTopicArn: BellTopicArn, snsRoleArn: BellRoleArn, webhook: null },
    access: {
      writers: [...access.writers, ...Writers],
      processors: [...access.processors, ...Processors],
      readers: [...access.readers, ...Readers],
    },
  };
  return parseConfig({ ...config, opensearch });
}

/** Dashboards may be imported by hand: what is not shown is still watched. All else is what the deployment is for. */
const failure = ({ kind, name, reason, nextStep, code }: StepResult, count: number): TrailwatchError =>
  new TrailwatchError(
    code ?? "OPENSEARCH_FAILED",
    `${kind} ${name} could not be made${count > 1 ? ` (one of ${count} failures, see the log)` : ""}: ${reason}`,
    nextStep ?? "See the function's log.",
  );
