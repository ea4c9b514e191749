import type { DuckDBInstance } from "@duckdb/node-api";
import { DuckDbEventStore } from "#adapters/duckdb/duckdb-event-store.ts";
import { DuckDbIncidentStore } from "#adapters/duckdb/incident-store.ts";
import { openStore } from "#adapters/duckdb/open-store.ts";
import { tellingStoreErrors } from "#adapters/duckdb/store-error.ts";
import { actionRisk, riskRank } from "#core/risk/action-risk.ts";
import type { Workspace } from "./workspace.ts";

/** The stores of a workspace, open. */
export interface OpenWorkspace {
  readonly instance: DuckDBInstance;
  readonly events: DuckDbEventStore;
  readonly incidents: DuckDbIncidentStore;
}

const RISKY = riskRank("medium");

/** Actions whose first use in an account is worth knowing. */
export const riskyAction = (service: string, action: string): boolean =>
  riskRank(actionRisk(service, action).level) >= RISKY;

/**
 * Opens what an earlier `analyze` left, for as long as `use` runs. Throws TrailwatchError `NOT_FOUND`, `STORE_BUSY`,
 * `STORE_VERSION`, `STORE_UNUSABLE`, and, of what `use` asks of it, `STORE_OUT_OF_MEMORY` or `STORE_DISK_FULL`.
 */
export function withStore<T>(
  { store }: Workspace,
  access: "read" | "write",
  use: (open: OpenWorkspace) => Promise<T>,
): Promise<T> {
  return tellingStoreErrors(async () => {
    const instance = await openStore(store, access);
    try {
      const events = await DuckDbEventStore.open(instance, { riskyAction });
      try {
        return await use({ instance, events, incidents: new DuckDbIncidentStore(instance) });
      } finally {
        await events.close();
      }
    } finally {
      instance.closeSync();
    }
  });
}
