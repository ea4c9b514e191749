import type { PricedUsageEvent } from "#core/domain/usage-event.ts";

/** Twice as many events are some 30 MB. */
const GENERATION = 12_000;

/**
 * Events that were read lately. An analysis comes back to the same events again and again (to judge a finding, to group
 * it, to explain it), and to read all columns of a few events costs the store most of what it costs to read many.
 */
export class RecentEvents {
  readonly #generation: number;
  #young = new Map<bigint, PricedUsageEvent>();
  #old = new Map<bigint, PricedUsageEvent>();
  #youngKeys = new Map<string, bigint>();
  #oldKeys = new Map<string, bigint>();

  /** @param generation at least that many of the events that were used last are held, and at most twice as many */
  constructor(generation = GENERATION) {
    this.#generation = generation;
  }

  get(key: bigint): PricedUsageEvent | undefined {
    const event = this.#young.get(key);
    if (event) return event;
    const old = this.#old.get(key);
    if (old) this.add(key, old);
    return old;
  }

  /** `undefined` also where it is merely not known. */
  keyOf(id: string): bigint | undefined {
    return this.#youngKeys.get(id) ?? this.#oldKeys.get(id);
  }

  add(key: bigint, event: PricedUsageEvent): void {
    if (this.#young.size >= this.#generation) {
      this.#old = this.#young;
      this.#oldKeys = this.#youngKeys;
      this.#young = new Map();
      this.#youngKeys = new Map();
    }
    this.#young.set(key, event);
    this.#youngKeys.set(event.id, key);
  }
}
