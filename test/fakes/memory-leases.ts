import type { EpochMs } from "#core/domain/time.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Lease, Leases } from "#core/ports/leases.ts";

/** Leases in memory. Passes the same contract as the real ones. */
export class MemoryLeases implements Leases {
  readonly #clock: Clock;
  readonly #leases = new Map<string, Lease>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async acquire(name: string, holder: string, lasting: EpochMs): Promise<Lease | null> {
    const before = this.#leases.get(name);
    const now = this.#clock.now();
    if (before && before.until > now) return null;
    const lease = { name, holder, token: (before?.token ?? 0) + 1, until: now + lasting };
    this.#leases.set(name, lease);
    return lease;
  }

  async renew(lease: Lease, lasting: EpochMs): Promise<Lease | null> {
    if (this.#leases.get(lease.name)?.token !== lease.token) return null;
    const renewed = { ...lease, until: this.#clock.now() + lasting };
    this.#leases.set(lease.name, renewed);
    return renewed;
  }

  async release(lease: Lease): Promise<void> {
    if (this.#leases.get(lease.name)?.token !== lease.token) return;
    this.#leases.set(lease.name, { ...lease, until: this.#clock.now() });
  }
}
