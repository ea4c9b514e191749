import type { EpochMs } from "../domain/time.ts";

/**
 * The right to run, held by one at a time, for a time. What a holder writes carries its token, so that a run which was
 * taken for dead and goes on writing is told so by the store.
 */
export interface Lease {
  readonly name: string;
  /** Who holds it, for messages: a request id. */
  readonly holder: string;
  /** Larger than that of every lease of this name before it. */
  readonly token: number;
  readonly until: EpochMs;
}

/** What a write is allowed by. */
export type Fence = Pick<Lease, "name" | "token">;

/** Rejects with an `AWS_*` code where the store cannot be asked; that somebody else holds a lease is no error. */
export interface Leases {
  /** `null` while another holds it. One that ended, by its time or because it was released, is anybody's. */
  acquire(name: string, holder: string, lasting: EpochMs): Promise<Lease | null>;
  /** The same lease, ending so long after now; `null` where it has passed to another since. */
  renew(lease: Lease, lasting: EpochMs): Promise<Lease | null>;
  /** Ends it now. One that has passed to another stays the other's. */
  release(lease: Lease): Promise<void>;
}
