import { Delivery, type OutputFile } from "./delivery.ts";
import { organizationJson } from "./organization.ts";
import { ordinaryLife } from "./processes/index.ts";
import { DAY, isoSeconds } from "./time.ts";
import type { Truth } from "./truth.ts";
import { makeWorld, type SimulationOptions } from "./world.ts";

export type { OutputFile } from "./delivery.ts";
export type { Truth } from "./truth.ts";
export type { SimulationOptions } from "./world.ts";

/**
 * A plausible organization's CloudTrail, file by file in the order of time, then `organization.json` and `truth.json`;
 * returns what truth.json says. The same options give the same files, byte for byte. Throws RangeError for options that no world can have.
 */
export function* simulate(options: SimulationOptions): Generator<OutputFile, Truth> {
  const world = makeWorld(options);
  const delivery = new Delivery(world, null);
  const life = ordinaryLife(world, (event) => delivery.accept(event));
  let logs = 0;
  for (let day = world.start; day < world.end; day += DAY) {
    for (const process of life) process(day);
    for (const file of delivery.flush(day + DAY)) {
      logs++;
      yield file;
    }
  }
  for (const file of delivery.flush(Number.POSITIVE_INFINITY)) {
    logs++;
    yield file;
  }
  const eventsByAccount = Object.fromEntries([...delivery.uniqueByAccount].sort(([a], [b]) => (a < b ? -1 : 1)));
  const truth: Truth = {
    options: { accounts: options.accounts, days: options.days, seed: options.seed },
    organizationId: world.organization.id,
    start: isoSeconds(world.start),
    end: isoSeconds(world.end),
    events: Object.values(eventsByAccount).reduce((sum, count) => sum + count, 0),
    eventsByAccount,
    duplicates: delivery.duplicates,
    insights: 0,
    files: { log: logs, insight: 0, digest: 0 },
    lateFiles: delivery.late,
    outage: null,
    planted: [],
    leftOut: [],
  };
  yield {
    path: "organization.json",
    text: `${JSON.stringify(organizationJson(world.organization, world.seed), null, 2)}\n`,
  };
  yield { path: "truth.json", text: `${JSON.stringify(truth, null, 2)}\n` };
  return truth;
}
