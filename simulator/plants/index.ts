import { DELIVERY } from "../parameters.ts";
import type { WorldEvent } from "../records/record.ts";
import { HOUR } from "../time.ts";
import type { Outage, PlantedStory, StoryKind } from "../truth.ts";
import type { World } from "../world.ts";
import { demandFollowed, fleetTripled, loggedTwice, newAccount, terraformAsUsual } from "./benign.ts";
import { deniedStorm, lambdaLoop, modelSpree } from "./floods.ts";
import { loggingSwitchedOff, secretsSweep } from "./insiders.ts";
import { fortySevenInstances, gpuMining, manyInstances } from "./launches.ts";
import { natLeak, volumesNeverFreed } from "./leaks.ts";
import { accountClosed, accountMoved } from "./reorganization.ts";
import { type Insight, Stage, type StoryScript } from "./stage.ts";
import { fakeTerraform, stolenRole } from "./thefts.ts";

/** In the order in which they choose their time: those with the least choice first. */
const SCRIPTS: readonly StoryScript[] = [
  fortySevenInstances,
  natLeak,
  stolenRole,
  fleetTripled,
  modelSpree,
  deniedStorm,
  gpuMining,
  lambdaLoop,
  volumesNeverFreed,
  loggingSwitchedOff,
  secretsSweep,
  fakeTerraform,
  demandFollowed,
  terraformAsUsual,
  loggedTwice,
  newAccount,
];

/** Of an organization that reorganizes. */
const REORGANIZING: readonly StoryScript[] = [
  manyInstances("47-instances-after-a-move", "account that moved", ({ move }) => move !== undefined),
  manyInstances("47-instances-in-a-new-account", "new account", ({ isNew }) => isNew),
  accountMoved,
  accountClosed,
];

export interface Plants {
  readonly stories: readonly PlantedStory[];
  readonly leftOut: readonly { readonly name: string; readonly kind: StoryKind; readonly reason: string }[];
  /** Sorted by time. */
  readonly events: readonly WorldEvent[];
  readonly insights: readonly Insight[];
  readonly outage: Outage | null;
}

/** Everything planted in a world. Each story draws from its own stream; only their times depend on one another. */
export function plant(world: World): Plants {
  const stage = new Stage(world);
  const stories: PlantedStory[] = [];
  const leftOut: { name: string; kind: StoryKind; reason: string }[] = [];
  const events: WorldEvent[] = [];
  const insights: Insight[] = [];
  for (const script of world.reorganizes ? [...SCRIPTS, ...REORGANIZING] : SCRIPTS) {
    const played = script.play(stage, world.random(`story/${script.name}`));
    if ("leftOut" in played) {
      leftOut.push({ name: script.name, kind: script.kind, reason: played.leftOut });
      continue;
    }
    stories.push(played.story);
    events.push(...played.events);
    insights.push(...(played.insights ?? []));
  }
  const outage = planOutage(stage);
  if (!outage)
    leftOut.push({ name: "delivery-outage", kind: "benign", reason: "no free time in the last third of the span" });
  events.sort((a, b) => a.time - b.time);
  return { stories, leftOut, events, insights, outage };
}

/** Hours of one account that are never delivered, where nothing else was planted. */
function planOutage(stage: Stage): Outage | null {
  const random = stage.world.random("story/delivery-outage");
  const duration = Math.round(random.between(DELIVERY.outage.low, DELIVERY.outage.high) / HOUR) * HOUR;
  const choices = stage.each("staging", "development", "production");
  const booking = stage.book(random, choices, { duration, hours: [0, 24] });
  const account = booking?.accounts[0];
  return booking && account ? { account: account.id, start: booking.start, end: booking.end } : null;
}
