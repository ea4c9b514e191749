import type { EpochMs } from "#core/domain/time.ts";
import type { Fence, Lease, Leases } from "#core/ports/leases.ts";
import type { Invocation } from "./invocation.ts";
import type { Observing } from "./observing.ts";

/** A process that dies is taken for dead after this. */
const LASTING: EpochMs = 90_000;
const RENEWED_EVERY = LASTING / 3;

/**
 * Runs what one process may do at a time; `null` where another is at it. The lease is short and renewed while the run goes
 * on, so that a process that dies holds up the next one for a minute and a half, not for as long as it might have run.
 */
export async function holding<T>(
  leases: Leases,
  name: string,
  { awsRequestId }: Invocation,
  observing: Observing,
  run: (fence: Fence) => Promise<T>,
): Promise<T | null> {
  const lease = await leases.acquire(name, awsRequestId, LASTING);
  if (lease === null) {
    observing.info("another run is at it", { lease: name });
    return null;
  }
  let current: Lease | null = lease;
  const timer = setInterval(async () => {
    // Where it cannot be renewed the stores refuse what is written after another run has begun.
    current = await leases.renew(current ?? lease, LASTING).catch(() => current);
  }, RENEWED_EVERY);
  try {
    return await run(lease);
  } finally {
    clearInterval(timer);
    // What the run came to is not lost over this: the lease ends by itself.
    await leases
      .release(current ?? lease)
      .catch((error: unknown) => observing.warn("the lease was not given back", { lease: name, error: String(error) }));
  }
}
