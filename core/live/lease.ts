import type { EpochMs } from "../domain/time.ts";
import type { Fence, Leases } from "../ports/leases.ts";

/**
 * Runs what one process may do at a time. `null` where another is at it.
 * @param lasting longer than any run: a run that outlives it is stopped by the stores, which take no more of its writes once
 * another has begun
 */
export async function underLease<T>(
  leases: Leases,
  { name, holder, lasting }: { readonly name: string; readonly holder: string; readonly lasting: EpochMs },
  run: (fence: Fence) => Promise<T>,
): Promise<T | null> {
  const lease = await leases.acquire(name, holder, lasting);
  if (!lease) return null;
  try {
    return await run(lease);
  } finally {
    await leases.release(lease);
  }
}
