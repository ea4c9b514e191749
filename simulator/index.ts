import { Delivery, type OutputFile } from "./delivery.ts";
import { digestFiles } from "./digests.ts";
import { insightFiles } from "./insights.ts";
import { organizationJson } from "./organization.ts";
import { type Plants, plant } from "./plants/index.ts";
import { ordinaryLife } from "./processes/index.ts";
import { DAY, isoSeconds } from "./time.ts";
import type { Truth } from "./truth.ts";
import { makeWorld, type SimulationOptions, type World } from "./world.ts";

export type { OutputFile } from "./delivery.ts";
export type { PlantedStory, Truth } from "./truth.ts";
export type { SimulationOptions } from "./world.ts";

/**
 * A plausible organization's CloudTrail, file by file in the order of time, then `organization.json` and `truth.json`;
 * returns what truth.json says. The same options give the same files, byte for byte. Throws RangeError for options that no world can have.
 */
export function* simulate(options: SimulationOptions): Generator<OutputFile, Truth> {
  const world = makeWorld(options);
  const plants = plant(world);
  const delivery = new Delivery(world, plants.outage);
  const files = { log: 0, insight: 0, digest: 0 };
  for (const file of logFiles(world, plants, delivery)) {
    files.log++;
    yield file;
  }
  let insights = 0;
  for (const { path, text, records } of insightFiles(world, plants.insights)) {
    files.insight++;
    insights += records;
    yield { path, text };
  }
  for (const file of digestFiles(world, delivery.forDigest)) {
    files.digest++;
    yield file;
  }
  const truth = makeTruth(options, world, plants, delivery, files, insights);
  yield { path: "organization.json", text: pretty(organizationJson(world.organization, world.seed)) };
  yield { path: "truth.json", text: pretty(truth) };
  return truth;
}

function* logFiles(world: World, plants: Plants, delivery: Delivery): Generator<OutputFile> {
  const life = ordinaryLife(world, (event) => delivery.accept(event));
  let next = 0;
  for (let day = world.start; day < world.end; day += DAY) {
    for (const process of life) process(day);
    for (; next < plants.events.length; next++) {
      const event = plants.events[next];
      if (!event || event.time >= day + DAY) break;
      delivery.accept(event);
    }
    yield* delivery.flush(day + DAY);
  }
  yield* delivery.flush(Number.POSITIVE_INFINITY);
}

function makeTruth(
  options: SimulationOptions,
  world: World,
  plants: Plants,
  delivery: Delivery,
  files: Truth["files"],
  insights: number,
): Truth {
  const { outage } = plants;
  const eventsByAccount = Object.fromEntries([...delivery.uniqueByAccount].sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    options: {
      accounts: options.accounts,
      days: options.days,
      seed: options.seed,
      ...(options.reorganize ? { reorganize: true } : {}),
    },
    organizationId: world.organization.id,
    start: isoSeconds(world.start),
    end: isoSeconds(world.end),
    events: Object.values(eventsByAccount).reduce((sum, count) => sum + count, 0),
    eventsByAccount,
    duplicates: delivery.duplicates,
    insights,
    files,
    lateFiles: delivery.late,
    outage: outage && {
      account: outage.account,
      start: isoSeconds(outage.start),
      end: isoSeconds(outage.end),
      lostRecords: delivery.lost,
    },
    joiners: world.people
      .filter((person) => person.since > world.start)
      .map(({ email, since, accounts }) => ({
        email,
        since: isoSeconds(since),
        accounts: accounts.map((account) => account.id),
      })),
    planted: plants.stories,
    leftOut: plants.leftOut,
  };
}

const pretty = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
