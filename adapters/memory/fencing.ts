import { TrailwatchError } from "#core/domain/errors.ts";
import type { Fence } from "#core/ports/leases.ts";

/** Refuses what an earlier holder of the same lease writes over. */
export function requireFence(kept: Fence | undefined, { name, token }: Fence, what: string): void {
  if (!kept || kept.name !== name || kept.token <= token) return;
  throw new TrailwatchError(
    "LEASE_LOST",
    `${what} was written under token ${kept.token} of the lease ${name}, after token ${token}`,
    "Nothing is to be done: the run that has the lease now goes on.",
  );
}
