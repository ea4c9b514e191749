import type { OrganizationsClient } from "@aws-sdk/client-organizations";
import { snapshotOrganization } from "#adapters/organizations/snapshot.ts";
import { ORGANIZATION } from "#core/context/held-directory.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { SnapshotStore } from "#core/ports/snapshot-store.ts";
import type { Observing } from "../shared/observing.ts";
import { eventSchema } from "./event.ts";

export interface SnapshotParts {
  readonly organizations: OrganizationsClient;
  readonly snapshots: SnapshotStore;
  readonly environment: { readonly ORGANIZATION_ID: string | null };
  readonly now: () => EpochMs;
}

export interface TakenSnapshot {
  readonly organizationId: string | null;
  readonly accounts: number;
}

/**
 * Keeps the organization for all the others. Rejects where it cannot be read; the last snapshot stays, and its age is
 * measured in any case.
 */
export async function takeSnapshot(
  event: unknown,
  { organizations, snapshots, environment, now }: SnapshotParts,
  observing: Observing,
): Promise<TakenSnapshot> {
  eventSchema.parse(event);
  try {
    const { organizationId, accounts } = await snapshotOrganization(organizations, snapshots, now());
    const { ORGANIZATION_ID } = environment;
    if (ORGANIZATION_ID !== null && organizationId !== ORGANIZATION_ID) {
      throw new TrailwatchError(
        "ORGANIZATION_INVALID",
        `the organization is ${organizationId}, and this deployment is of ${ORGANIZATION_ID}`,
        "Deploy again: the account has joined another organization, or ORGANIZATION_ID was set by hand.",
      );
    }
    observing.info("read the organization", { organizationId, accounts: accounts.length });
    observing.measure("directoryAge", 0);
    observing.measure("accountsKnown", accounts.length);
    return { organizationId, accounts: accounts.length };
  } catch (error) {
    const last = await snapshots.latest(ORGANIZATION).catch(() => null);
    if (last !== null) observing.measure("directoryAge", (now() - last.takenAt) / 1000);
    throw error;
  }
}
