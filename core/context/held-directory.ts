import { type EpochMs, MINUTE } from "../domain/time.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { SnapshotStore } from "../ports/snapshot-store.ts";
import { parseOrganization } from "./account-directory.ts";
import type { ContextConfig } from "./config.ts";

/** The name under which snapshots of the organization are kept. */
export const ORGANIZATION = "organization";

/** How often a newer snapshot is looked for. */
const REFRESH: EpochMs = 15 * MINUTE;
/** And how soon again when that failed. */
const AGAIN: EpochMs = MINUTE;

/** What is known of the organization, and since when. */
export interface DirectoryState {
  readonly directory: AccountDirectory;
  /** When the organization was read; `null` where no snapshot could be had, and every account is unknown. */
  readonly takenAt: EpochMs | null;
  /** Why the newest look for a snapshot failed. */
  readonly error: Error | null;
}

/**
 * The accounts of the newest snapshot, held in memory: nothing is asked per event, known or unknown accounts alike.
 * While no snapshot can be had, the last one is used on, or none: records are worth more without a name than not at all.
 */
export class HeldDirectory {
  readonly #store: SnapshotStore;
  readonly #name: string;
  readonly #config: ContextConfig;
  readonly #now: () => EpochMs;
  readonly #refresh: EpochMs;
  #state: DirectoryState;
  #nextLook: EpochMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;

  /** @param refresh how often a newer snapshot is looked for */
  constructor(
    store: SnapshotStore,
    name: string,
    config: ContextConfig,
    now: () => EpochMs,
    refresh: EpochMs = REFRESH,
  ) {
    this.#store = store;
    this.#name = name;
    this.#config = config;
    this.#now = now;
    this.#refresh = refresh;
    this.#state = { directory: parseOrganization([], config), takenAt: null, error: null };
  }

  /** Never rejects. Once a call of a function is often enough: what it gives does not change under its hands. */
  async current(): Promise<DirectoryState> {
    if (this.#now() >= this.#nextLook) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = null;
      });
      await this.#looking;
    }
    return this.#state;
  }

  async #look(): Promise<void> {
    try {
      const snapshot = await this.#store.latest(this.#name);
      if (snapshot !== null && snapshot.takenAt !== this.#state.takenAt) {
        const directory = parseOrganization(snapshot.content, this.#config);
        this.#state = { directory, takenAt: snapshot.takenAt, error: null };
      } else {
        this.#state = { ...this.#state, error: null };
      }
      this.#nextLook = this.#now() + (snapshot === null ? AGAIN : this.#refresh);
    } catch (error) {
      this.#state = { ...this.#state, error: error instanceof Error ? error : new Error(String(error)) };
      this.#nextLook = this.#now() + AGAIN;
    }
  }
}
