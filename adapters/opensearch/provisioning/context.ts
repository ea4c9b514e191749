import type { EpochMs } from "#core/domain/time.ts";
import type { OpenSearchConnection } from "../connection.ts";
import type { DashboardsServer } from "../saved-objects/dashboards-api.ts";
import type { DesiredState } from "./desired.ts";
import { type Engine, PLUGINS, type Plugin } from "./engine.ts";
import type { Action, Kind, Step } from "./steps.ts";

/** What every part of the plan is made from. */
export interface Context {
  readonly connection: OpenSearchConnection;
  readonly engine: Engine;
  readonly desired: DesiredState;
  /** `null` where none is to be filled. */
  readonly dashboards: DashboardsServer | null;
  readonly now: () => EpochMs;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Whether something of this kind is made by the plan (or was, while it is carried out), so that others can rest on it. */
  readonly isMade: (kind: Kind, ...actions: readonly Action[]) => boolean;
}

/** Reads what is there of one kind, and answers what is to happen. Rejects with TrailwatchError. */
export type Part = (context: Context) => Promise<readonly Step[]>;

/** One step that says why nothing of a kind is made on this cluster. */
export function leftOut(kind: Kind, name: string, plugin: Plugin, instead: string): Step {
  return { kind, name, action: "leave", reason: `the plugin ${PLUGINS[plugin]} is not there: ${instead}` };
}
