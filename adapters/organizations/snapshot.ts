import type { OrganizationsClient } from "@aws-sdk/client-organizations";
import { withChanges } from "#core/context/dated-changes.ts";
import { ORGANIZATION } from "#core/context/held-directory.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { SnapshotStore } from "#core/ports/snapshot-store.ts";
import { type FetchedOrganization, fetchOrganization } from "./fetch-organization.ts";

/**
 * Reads the organization and keeps it for those who must not ask for it themselves: Organizations answers a few
 * requests a second, for all callers of the organization together. What was otherwise in the last snapshot is kept with its
 * date. Rejects with TrailwatchError; what was kept before stays.
 */
export async function snapshotOrganization(
  client: OrganizationsClient,
  store: SnapshotStore,
  now: EpochMs,
): Promise<FetchedOrganization> {
  const organization = await fetchOrganization(client);
  if (organization.accounts.length === 0) {
    throw new TrailwatchError(
      "ORGANIZATION_INVALID",
      "Organizations lists no account, not even the one that asks",
      "Take the snapshot from the management account or a delegated administrator.",
    );
  }
  const last = await store.latest(ORGANIZATION);
  const accounts = withChanges(organization, last?.content, now);
  await store.write(ORGANIZATION, { takenAt: now, content: { ...organization, accounts } });
  return organization;
}
