import type { ErrorCode } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { OpenSearchConnection } from "../connection.ts";
import type { DashboardsServer } from "../saved-objects/dashboards-api.ts";
import type { Context, Part } from "./context.ts";
import type { DesiredState } from "./desired.ts";
import { readEngine } from "./engine.ts";
import { channels, formerChannels } from "./parts/channels.ts";
import { coverage } from "./parts/coverage.ts";
import { detectors } from "./parts/detectors.ts";
import { existingIndices } from "./parts/existing-indices.ts";
import { monitor } from "./parts/monitor.ts";
import { policies } from "./parts/policies.ts";
import { roleMappings, roles } from "./parts/roles.ts";
import { savedObjects } from "./parts/saved-objects.ts";
import { templates } from "./parts/templates.ts";
import { refuseNewer, version } from "./parts/versions.ts";
import { type Action, failedResult, foreseen, KINDS, type Kind, runStep, type Step, type StepResult } from "./steps.ts";

export interface ProvisioningOptions {
  /** Where saved objects go; `null` leaves them out. */
  readonly dashboards: DashboardsServer | null;
  readonly now: () => EpochMs;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** What would be done, with the reasons; or what was done. JSON-safe. */
export interface ProvisioningReport {
  readonly engine: { readonly version: string; readonly plugins: readonly string[] };
  readonly results: readonly StepResult[];
}

interface Section {
  readonly kind: Kind;
  readonly part: Part;
  /** Kinds that must not have failed. */
  readonly needs: readonly Kind[];
}

const SECTIONS: readonly Section[] = [
  { kind: "index template", part: templates, needs: [] },
  { kind: "mapping", part: existingIndices, needs: ["index template"] },
  { kind: "retention policy", part: policies, needs: [] },
  { kind: "role", part: roles, needs: [] },
  { kind: "role mapping", part: roleMappings, needs: ["role"] },
  { kind: "channel", part: channels, needs: [] },
  { kind: "coverage", part: coverage, needs: [] },
  { kind: "detector", part: detectors, needs: ["mapping"] },
  { kind: "monitor", part: monitor, needs: ["channel"] },
  { kind: "channel", part: formerChannels, needs: ["monitor"] },
  { kind: "saved objects", part: savedObjects, needs: [] },
  // Says that all is made, so it is not said while something is not.
  { kind: "version", part: version, needs: KINDS },
];

/**
 * What {@link applyOpenSearch} would do now. Nothing is changed. Rejects with TrailwatchError where the cluster cannot be
 * asked, is not supported, or was provisioned by a newer version.
 */
export const planOpenSearch = (
  desired: DesiredState,
  connection: OpenSearchConnection,
  options: ProvisioningOptions,
): Promise<ProvisioningReport> => walk(desired, connection, options, async (step) => foreseen(step));

/**
 * Makes the cluster what it should be, in an order in which each thing finds what it rests on. May be interrupted
 * anywhere and run again: what is there is kept. Every step has a result; a failed one does not stop those that do not
 * need it. Rejects as {@link planOpenSearch} does, before anything is changed.
 */
export const applyOpenSearch = (
  desired: DesiredState,
  connection: OpenSearchConnection,
  options: ProvisioningOptions,
): Promise<ProvisioningReport> => walk(desired, connection, options, runStep);

async function walk(
  desired: DesiredState,
  connection: OpenSearchConnection,
  options: ProvisioningOptions,
  take: (step: Step) => Promise<StepResult>,
): Promise<ProvisioningReport> {
  const engine = await readEngine(connection);
  const results: StepResult[] = [];
  const isMade = (kind: Kind, ...actions: readonly Action[]): boolean =>
    results.some((one) => one.kind === kind && one.outcome === "done" && actions.includes(one.action));
  const context: Context = { connection, engine, desired, ...options, isMade };
  await refuseNewer(context);
  for (const section of SECTIONS) await walkSection(context, section, results, take);
  return { engine: { version: engine.version, plugins: [...engine.plugins].sort() }, results };
}

async function walkSection(
  context: Context,
  { kind, part, needs }: Section,
  results: StepResult[],
  take: (step: Step) => Promise<StepResult>,
): Promise<void> {
  const failed = results.find((one) => one.outcome === "failed" && (isLost(one) || needs.includes(one.kind)));
  const all = { kind, name: "all", action: "leave" as const };
  if (failed) {
    const reason = `is not tried, because ${failed.kind} ${failed.name} failed`;
    results.push({ ...all, outcome: "skipped", reason, nextStep: "Mend what failed, then apply again." });
    return;
  }
  let steps: readonly Step[];
  try {
    steps = await part(context);
  } catch (error) {
    results.push(failedResult(all, error));
    return;
  }
  for (const step of steps) results.push(await take(step));
}

const LOST: readonly (ErrorCode | undefined)[] = ["OPENSEARCH_UNREACHABLE", "OPENSEARCH_UNAUTHORIZED"];

/** Nobody answers any more: what follows would fail in the same way, after waiting each time. */
const isLost = ({ code }: StepResult): boolean => LOST.includes(code);

/** Nothing to change and nothing to wait for. */
export const isEmpty = ({ results }: ProvisioningReport): boolean =>
  results.every(({ outcome }) => outcome === "unchanged" || outcome === "left");

/** Something failed, or was not tried because of that. */
export const hasFailed = ({ results }: ProvisioningReport): boolean =>
  results.some(({ outcome }) => outcome === "failed" || outcome === "skipped");

export const isWaiting = ({ results }: ProvisioningReport): boolean =>
  results.some(({ outcome }) => outcome === "waiting");
