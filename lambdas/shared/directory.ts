import type { Config } from "#core/config/index.ts";
import { HeldDirectory, ORGANIZATION } from "#core/context/held-directory.ts";
import { parseOrganization } from "#core/context/index.ts";
import { seenThrough } from "#core/context/seen-through.ts";
import type { AccountContext } from "#core/domain/account.ts";
import { type EpochMs, MINUTE } from "#core/domain/time.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { SnapshotStore } from "#core/ports/snapshot-store.ts";

export interface DirectorySettings {
  readonly ORGANIZATION_ID: string | null;
  readonly ENABLE_ACCOUNT_ENRICHMENT: boolean;
  readonly ENABLE_ORG_CONTEXT: boolean;
  readonly SYNC_INTERVAL_MINUTES: number;
}

/** What a function knows of the organization at the moment. */
export interface KnownOrganization {
  readonly directory: AccountDirectory;
  /** `null` where nothing is known, or where there is no organization. */
  readonly takenAt: EpochMs | null;
  /** What is wrong with it, and what to do; `null` where nothing is. */
  readonly problem: string | null;
}

/** The directory of those who are given one once: always the one that is known at the moment. */
export class CurrentDirectory implements AccountDirectory {
  #directory: AccountDirectory;

  constructor(directory: AccountDirectory) {
    this.#directory = directory;
  }

  /** From now on, until the next. */
  use(directory: AccountDirectory): void {
    this.#directory = directory;
  }

  get organizationId(): string | null {
    return this.#directory.organizationId;
  }

  account(id: string): AccountContext {
    return this.#directory.account(id);
  }

  accounts(): readonly AccountContext[] {
    return this.#directory.accounts();
  }
}

/** Snapshots missed in a row before the last one counts as old. */
const MISSED = 4;

/** The accounts of the last snapshot, as far as the function is to know them. */
export class Organization {
  readonly #held: HeldDirectory;
  readonly #nobody: AccountDirectory;
  readonly #settings: DirectorySettings;
  readonly #now: () => EpochMs;
  #last: { readonly directory: AccountDirectory; readonly seen: AccountDirectory } | null = null;

  constructor(store: SnapshotStore, config: Config, settings: DirectorySettings, now: () => EpochMs) {
    const lookEvery = settings.SYNC_INTERVAL_MINUTES * MINUTE;
    this.#held = new HeldDirectory(store, ORGANIZATION, config.context, now, lookEvery);
    this.#nobody = parseOrganization([], config.context);
    this.directory = new CurrentDirectory(this.#nobody);
    this.#settings = settings;
    this.#now = now;
  }

  /** A directory that {@link refresh} keeps up to date. */
  readonly directory: CurrentDirectory;

  /** For the run that begins now; nothing changes under its hands. */
  async refresh(): Promise<KnownOrganization> {
    const known = await this.current();
    this.directory.use(known.directory);
    return known;
  }

  /** Never rejects: events without names of accounts are worth more than none. */
  async current(): Promise<KnownOrganization> {
    const { ORGANIZATION_ID, SYNC_INTERVAL_MINUTES } = this.#settings;
    const nobody = this.#nobody;
    if (ORGANIZATION_ID === null) return { directory: nobody, takenAt: null, problem: null };
    const { directory, takenAt, error } = await this.#held.current();
    if (takenAt === null) {
      const why = error === null ? "none was ever taken" : error.message;
      return { directory: nobody, takenAt, problem: `there is no snapshot of the organization: ${why}. ${TAKE_ONE}` };
    }
    if (directory.organizationId !== ORGANIZATION_ID) {
      const problem = `the snapshot is of organization ${directory.organizationId}, not of ${ORGANIZATION_ID}. ${TAKE_ONE}`;
      return { directory: nobody, takenAt: null, problem };
    }
    const minutes = Math.round((this.#now() - takenAt) / MINUTE);
    const problem =
      minutes > MISSED * SYNC_INTERVAL_MINUTES
        ? `the snapshot of the organization is ${minutes} minutes old, one is due every ${SYNC_INTERVAL_MINUTES}. ${TAKE_ONE}`
        : null;
    return { directory: this.#seen(directory), takenAt, problem };
  }

  /** The same for the same directory: what is made of an account is remembered by its object. */
  #seen(directory: AccountDirectory): AccountDirectory {
    if (this.#last?.directory !== directory) {
      const { ENABLE_ACCOUNT_ENRICHMENT: names, ENABLE_ORG_CONTEXT: places } = this.#settings;
      this.#last = { directory, seen: seenThrough(directory, { names, places }) };
    }
    return this.#last.seen;
  }
}

const TAKE_ONE = "Invoke DirectorySnapshotFunction, and look at its log.";
