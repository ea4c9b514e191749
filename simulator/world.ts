import { type Cast, makeCast } from "./cast.ts";
import { Demand } from "./demand.ts";
import type { Organization, SimulatedAccount } from "./organization.ts";
import { makeOrganization } from "./organization.ts";
import { DEFAULT_START } from "./parameters.ts";
import { makePeople, type Person } from "./people.ts";
import { Random } from "./prng.ts";
import { type Caller, makeRecord, type Operation, type Place, type WorldEvent } from "./records/record.ts";
import { DAY, HOUR, type Millis } from "./time.ts";

export interface SimulationOptions {
  /** At least 1. */
  readonly accounts: number;
  /** Whole days, at least 1. */
  readonly days: number;
  readonly seed: number;
  /** Midnight UTC of the first day; Monday 2026-10-26 where not given. */
  readonly start?: Millis;
  /** Whether an account moves to another unit and one is closed, with an incident in the one that moved and in the one that is new. */
  readonly reorganize?: boolean;
}

export interface World {
  readonly seed: number;
  readonly start: Millis;
  readonly end: Millis;
  readonly days: number;
  readonly reorganizes: boolean;
  readonly organization: Organization;
  readonly people: readonly Person[];
  readonly demand: Demand;
  cast(account: SimulatedAccount): Cast;
  /** The stream of a process: a name for each, so that they do not disturb one another. */
  random(name: string): Random;
}

/** Throws RangeError for options that no world can have. */
export function makeWorld(options: SimulationOptions): World {
  const { seed, days, accounts } = options;
  const start = options.start ?? DEFAULT_START;
  if (!Number.isInteger(days) || days < 1) throw new RangeError(`a world needs at least one whole day, not ${days}`);
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a whole number, not ${seed}`);
  if (start % DAY !== 0) throw new RangeError(`a world starts at midnight UTC, not at ${start}`);
  const organization = makeOrganization(seed, accounts, start, days, options.reorganize);
  const casts = new Map<string, Cast>();
  return {
    seed,
    start,
    end: start + days * DAY,
    days,
    reorganizes: options.reorganize === true,
    organization,
    people: makePeople(seed, organization, start, start + Math.floor(days * 0.4) * DAY + 8 * HOUR),
    demand: new Demand(seed, start, days),
    cast(account) {
      let cast = casts.get(account.id);
      if (!cast) {
        cast = makeCast(seed, account);
        casts.set(account.id, cast);
      }
      return cast;
    },
    random: (name) => new Random(`${seed}/${name}`),
  };
}

export type Sink = (event: WorldEvent) => void;

/** Writes calls down as CloudTrail records. */
export class Recorder {
  readonly random: Random;
  readonly #sink: Sink;

  constructor(random: Random, sink: Sink) {
    this.random = random;
    this.#sink = sink;
  }

  /** Returns the record's eventID. */
  call(caller: Caller, place: Place, time: Millis, operation: Operation, sharedEventId?: string): string {
    const record = makeRecord(this.random, caller, place, time, operation, sharedEventId);
    this.#sink({ time, account: place.account, region: place.region, record });
    return record.eventID;
  }
}

/** A behaviour of one account: called once a day, in order, it records what happens from that midnight on. */
export type Process = (day: Millis) => void;
export type ProcessFactory = (world: World, account: SimulatedAccount, sink: Sink) => Process;

export const GLOBAL_REGION = "us-east-1";
