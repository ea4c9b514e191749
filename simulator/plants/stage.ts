import type { RoleSession, UserCaller } from "../callers.ts";
import type { SimulatedAccount } from "../organization.ts";
import { QUIET_SHARE, STORY_MARGIN } from "../parameters.ts";
import type { Random } from "../prng.ts";
import type { Caller, Operation, Place, WorldEvent } from "../records/record.ts";
import { DAY, HOUR, isoSeconds, isWeekend, MINUTE, type Millis } from "../time.ts";
import { type PlantedStory, type StoryKind, type StoryPrincipal, sampleIds } from "../truth.ts";
import { Recorder, type World } from "../world.ts";

/** When and where stories may happen, so that no two share an account at the same time. */
export class Stage {
  readonly world: World;
  /** Stories start after this: the last third of the span. */
  readonly opens: Millis;
  readonly #taken: { readonly account: string; readonly start: Millis; readonly end: Millis }[] = [];

  constructor(world: World) {
    this.world = world;
    this.opens = world.start + Math.ceil((world.days * DAY * QUIET_SHARE) / HOUR) * HOUR;
  }

  accounts(...types: readonly SimulatedAccount["type"][]): readonly SimulatedAccount[] {
    return this.world.organization.accounts.filter(
      ({ type, isNew, move, closes }) => types.includes(type) && !isNew && !move && closes === undefined,
    );
  }

  /** The same, as choices of one account each. */
  each(...types: readonly SimulatedAccount["type"][]): readonly (readonly SimulatedAccount[])[] {
    return this.accounts(...types).map((account) => [account]);
  }

  /** A free time in one of the sets of accounts, which is then taken; `null` where nothing fits. */
  book(random: Random, choices: readonly (readonly SimulatedAccount[])[], wish: Wish): Booking | null {
    if (choices.length === 0) return null;
    for (let tries = 0; tries < 500; tries++) {
      const accounts = random.pick(choices);
      const start = this.#drawStart(random, wish);
      const end = start + wish.duration;
      if (start < this.opens || end > this.world.end - STORY_MARGIN / 3) continue;
      const hour = new Date(start).getUTCHours();
      if (hour < wish.hours[0] || hour >= wish.hours[1] || (wish.workingDays && isWeekend(start))) continue;
      const clash = accounts.some((account) =>
        this.#taken.some(
          (other) =>
            other.account === account.id && start < other.end + STORY_MARGIN && end + STORY_MARGIN > other.start,
        ),
      );
      if (clash) continue;
      for (const account of accounts) this.#taken.push({ account: account.id, start, end });
      return { accounts, start, end };
    }
    return null;
  }

  #drawStart(random: Random, wish: Wish): Millis {
    const first = Math.floor(this.opens / DAY) * DAY;
    const day = first + random.int(0, Math.max(0, Math.ceil((this.world.end - first) / DAY) - 1)) * DAY;
    return day + random.int(wish.hours[0] * 60, wish.hours[1] * 60 - 1) * MINUTE + random.int(0, 59) * 1000;
  }
}

interface Wish {
  readonly duration: Millis;
  /** UTC hours in which it may start: from, to (exclusive). */
  readonly hours: readonly [number, number];
  readonly workingDays?: boolean;
}

interface Booking {
  readonly accounts: readonly SimulatedAccount[];
  readonly start: Millis;
  readonly end: Millis;
}

/** Records one story and what the truth says of it. */
export class Scene {
  readonly events: WorldEvent[] = [];
  readonly log: Recorder;
  readonly random: Random;
  readonly #principals = new Map<string, StoryPrincipal>();

  constructor(random: Random) {
    this.random = random;
    this.log = new Recorder(random, (event) => this.events.push(event));
  }

  call(caller: Caller, place: Place, time: Millis, operation: Operation, sharedEventId?: string): string {
    return this.log.call(caller, place, time, operation, sharedEventId);
  }

  /** Names somebody as behind the story. */
  blame(caller: RoleSession | UserCaller): void {
    const isRole = "role" in caller;
    this.#principals.set(caller.arn, {
      id: isRole ? caller.role.arn : caller.arn,
      arn: caller.arn,
      session: isRole ? caller.session : null,
      accessKeyId: caller.accessKeyId,
      sourceIp: caller.sourceIp,
    });
  }

  tell(told: Told): PlantedStory {
    const ordered = [...this.events].sort((a, b) => a.time - b.time);
    const first = ordered[0]?.time ?? 0;
    const last = ordered.at(-1)?.time ?? 0;
    return {
      name: told.name,
      kind: told.kind,
      title: told.title,
      accounts: told.accounts.map((account) => account.id),
      regions: told.regions,
      principals: [...this.#principals.values()],
      start: isoSeconds(first),
      end: isoSeconds(last),
      eventCount: ordered.length,
      eventIds: sampleIds(ordered.map((event) => event.record.eventID)),
      measures: told.measures,
      note: told.note,
    };
  }
}

interface Told {
  readonly name: string;
  readonly kind: StoryKind;
  readonly title: string;
  readonly accounts: readonly SimulatedAccount[];
  readonly regions: readonly string[];
  readonly measures: Readonly<Record<string, number>>;
  readonly note: string;
}

/** What a story came to: its events and truth, or why it does not fit into this world. */
export type Played =
  | { readonly story: PlantedStory; readonly events: readonly WorldEvent[]; readonly insights?: readonly Insight[] }
  | { readonly leftOut: string };

export interface StoryScript {
  readonly name: string;
  readonly kind: StoryKind;
  play(stage: Stage, random: Random): Played;
}

/** What CloudTrail Insights says of a story: rates a minute. */
export interface Insight {
  readonly account: SimulatedAccount;
  readonly region: string;
  readonly type: "ApiCallRateInsight" | "ApiErrorRateInsight";
  readonly source: string;
  readonly name: string;
  readonly errorCode?: string;
  readonly start: Millis;
  readonly end: Millis;
  readonly baseline: number;
  readonly rate: number;
  readonly principal: string;
}

export const NO_TIME = "no free time in the last third of the span";

/** Where attackers call from. 198.18.0.0/15 is reserved for benchmarks (RFC 2544), so that nobody real is named. */
export const foreignIp = (random: Random): string => `198.19.${random.int(0, 255)}.${random.int(2, 250)}`;

/** Regions where nobody in the organization changes anything. */
export const UNUSED_REGIONS = [
  "ap-southeast-1",
  "ap-northeast-1",
  "sa-east-1",
  "us-west-2",
  "ca-central-1",
  "eu-north-1",
] as const;
