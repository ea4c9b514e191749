import { createHash } from "node:crypto";
import type { SimulatedAccount } from "./organization.ts";
import { DELIVERY, SCALE } from "./parameters.ts";
import type { Random } from "./prng.ts";
import type { WorldEvent } from "./records/record.ts";
import { compactMinute, DAY, datePath, HOUR, isoSeconds, MINUTE, type Millis } from "./time.ts";
import type { LateFile, Outage } from "./truth.ts";
import type { World } from "./world.ts";

export interface OutputFile {
  /** Relative to the output folder, with `/`; ends in `.gz` where the text is to be compressed. */
  readonly path: string;
  readonly text: string;
}

export interface DeliveredFile {
  readonly path: string;
  readonly sha256: string;
  readonly delivered: Millis;
  readonly newest: string;
  readonly oldest: string;
}

interface Bundle {
  readonly account: SimulatedAccount;
  readonly region: string;
  readonly end: Millis;
  readonly events: WorldEvent[];
}

/** Puts events into log files as CloudTrail would: by account and region, some twice, some much later, some never. */
export class Delivery {
  readonly late: LateFile[] = [];
  /** Log files of the last day of the account and region that has digest files. */
  readonly forDigest: DeliveredFile[] = [];
  readonly uniqueByAccount = new Map<string, number>();
  duplicates = 0;
  lost = 0;
  readonly #world: World;
  readonly #random: Random;
  readonly #outage: Outage | null;
  readonly #bundles = new Map<string, Bundle>();
  readonly #accounts: ReadonlyMap<string, SimulatedAccount>;
  readonly #lateBundles: ReadonlySet<string>;
  readonly #repeats = new Map<string, WorldEvent[]>();

  constructor(world: World, outage: Outage | null) {
    this.#world = world;
    this.#outage = outage;
    this.#random = world.random("delivery");
    this.#accounts = new Map(world.organization.accounts.map((account) => [account.id, account]));
    this.#lateBundles = chooseLate(world);
  }

  /** Events may come in any order; each goes to the bundle of its own time. */
  accept(event: WorldEvent): void {
    const account = this.#accounts.get(event.account);
    if (!account || event.time < this.#world.start || event.time >= this.#world.end) return;
    if (
      this.#outage &&
      event.account === this.#outage.account &&
      event.time >= this.#outage.start &&
      event.time < this.#outage.end
    ) {
      this.lost++;
      return;
    }
    const size = SCALE[account.type].bundle;
    const begin = Math.floor(event.time / size) * size;
    const key = `${begin}/${event.account}/${event.region}`;
    const bundle = this.#bundles.get(key);
    if (bundle) bundle.events.push(event);
    else this.#bundles.set(key, { account, region: event.region, end: begin + size, events: [event] });
  }

  /** The files of every bundle that ends by `until`; with `Infinity`, of all that is left. */
  *flush(until: Millis): Generator<OutputFile> {
    const ready = [...this.#bundles].filter(([, bundle]) => bundle.end <= until).sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [key, bundle] of ready) {
      this.#bundles.delete(key);
      yield* this.#deliver(key, bundle);
    }
  }

  *#deliver(key: string, bundle: Bundle): Generator<OutputFile> {
    const { account, region, end } = bundle;
    const events = bundle.events.sort((a, b) => a.time - b.time);
    this.uniqueByAccount.set(account.id, (this.uniqueByAccount.get(account.id) ?? 0) + events.length);
    const stream = `${account.id}/${region}`;
    const repeats = this.#repeats.get(stream) ?? [];
    this.duplicates += repeats.length;
    this.#repeats.set(
      stream,
      events.filter(() => this.#random.chance(DELIVERY.duplicateShare)),
    );
    const onTime = end + this.#random.int(DELIVERY.delay.low, DELIVERY.delay.high);
    const isLate = this.#lateBundles.has(key) && events.length > 4;
    const held = isLate ? events.filter((_, index) => index % 2 === 1) : [];
    const prompt = isLate ? events.filter((_, index) => index % 2 === 0) : events;
    yield this.#file(account, region, onTime, [...prompt, ...repeats]);
    if (!isLate) return;
    const delivered = end + this.#random.int(DELIVERY.lateness.low, DELIVERY.lateness.high);
    const file = this.#file(account, region, delivered, held);
    this.late.push({
      path: file.path,
      account: account.id,
      region,
      records: held.length,
      oldest: isoSeconds(held[0]?.time ?? end),
      newest: isoSeconds(held.at(-1)?.time ?? end),
      delivered: isoSeconds(delivered),
    });
    yield file;
  }

  #file(account: SimulatedAccount, region: string, delivered: Millis, events: readonly WorldEvent[]): OutputFile {
    const path = logPath(this.#world, account, region, "CloudTrail", delivered, this.#random);
    const text = `{"Records":[${events.map((event) => JSON.stringify(event.record)).join(",")}]}`;
    if (delivered > this.#world.end - DAY && account === digestAccount(this.#world) && region === account.homeRegion) {
      this.forDigest.push({
        path,
        sha256: createHash("sha256").update(text).digest("hex"),
        delivered,
        newest: isoSeconds(Math.max(...events.map((event) => event.time))),
        oldest: isoSeconds(Math.min(...events.map((event) => event.time))),
      });
    }
    return { path, text };
  }
}

export const digestAccount = (world: World): SimulatedAccount => world.organization.accounts[0] as SimulatedAccount;

/** A key as CloudTrail names it in an organization's bucket. */
export function logPath(
  world: World,
  account: SimulatedAccount,
  region: string,
  kind: "CloudTrail" | "CloudTrail-Insight",
  delivered: Millis,
  random: Random,
): string {
  const unique = random.letters(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
  const minute = Math.floor(delivered / (5 * MINUTE)) * 5 * MINUTE;
  return `AWSLogs/${world.organization.id}/${account.id}/${kind}/${region}/${datePath(delivered)}/${account.id}_${kind}_${region}_${compactMinute(minute)}_${unique}.json.gz`;
}

/** Bundles of which a part arrives much later. */
function chooseLate(world: World): ReadonlySet<string> {
  const random = world.random("delivery/late");
  const count = Math.max(1, Math.round((world.days / 7) * DELIVERY.lateBundlesPerWeek));
  const keys = new Set<string>();
  for (let i = 0; i < count; i++) {
    const account = random.pick(world.organization.accounts);
    const size = SCALE[account.type].bundle;
    // Office hours, when there is something to deliver.
    const time = world.start + random.int(0, world.days - 1) * DAY + random.int(8, 17) * HOUR;
    keys.add(`${Math.floor(time / size) * size}/${account.id}/${account.homeRegion}`);
  }
  return keys;
}
