import { counted } from "../messages/format.ts";
import { functionLines } from "./functions.ts";
import type { CostLine, NanoUsdRange } from "./line.ts";
import { networkLines } from "./network.ts";
import type { EstimatePlan } from "./plan.ts";
import { peopleLines, sayingLines } from "./saying.ts";
import { extendedSupportOption, searchLines, storageWarnings } from "./search.ts";
import { stateLines } from "./state.ts";
import { streamOption } from "./stream.ts";
import { trailLines } from "./trail.ts";
import { dataEventOption, insightsLine, secondCopyLine } from "./trail-options.ts";
import { watchingLines } from "./watching.ts";

export interface ServiceTotal {
  readonly service: string;
  readonly perMonth: NanoUsdRange;
}

/** What is off, and would be paid for beside the rest. */
export interface CostOption {
  /** What turns it on: a key of the configuration, or what is to be done elsewhere. */
  readonly setting: string;
  readonly lines: readonly CostLine[];
}

/** What a deployment costs a month by list prices. */
export interface Estimate {
  readonly plan: EstimatePlan;
  readonly lines: readonly CostLine[];
  /** Of the lines that have a price, the dearest service first. */
  readonly services: readonly ServiceTotal[];
  readonly total: NanoUsdRange;
  /** Lines that cost something that is not in the total. */
  readonly unknown: readonly CostLine[];
  readonly options: readonly CostOption[];
  readonly warnings: readonly string[];
  readonly leftOut: readonly string[];
}

const LEFT_OUT = [
  "free tiers, reserved instances, savings plans, private prices, credits and taxes",
  "what people ask: searches of logs, traces that are looked at, files that are downloaded",
  "replays and backfills, and traffic between regions and to the internet",
];

export function estimate(plan: EstimatePlan): Estimate {
  const lines = [
    ...searchLines(plan),
    ...trailLines(plan),
    ...functionLines(plan),
    ...stateLines(plan),
    ...watchingLines(plan),
    ...sayingLines(plan),
    ...peopleLines(plan),
    ...networkLines(plan),
  ];
  return {
    plan,
    lines,
    services: totalsOf(lines),
    total: totalOf(lines),
    unknown: lines.filter(({ perMonth }) => perMonth === null),
    options: optionsOf(plan),
    warnings: [...plan.deployment.warnings, ...storageWarnings(plan), ...sizeWarnings(plan)],
    leftOut: LEFT_OUT,
  };
}

function totalOf(lines: readonly CostLine[]): NanoUsdRange {
  return lines.reduce<NanoUsdRange>(
    (sum, { perMonth }) => (perMonth === null ? sum : { low: sum.low + perMonth.low, high: sum.high + perMonth.high }),
    { low: 0n, high: 0n },
  );
}

function totalsOf(lines: readonly CostLine[]): readonly ServiceTotal[] {
  return [...new Set(lines.map(({ service }) => service))]
    .map((service) => ({ service, perMonth: totalOf(lines.filter((line) => line.service === service)) }))
    .sort((a, b) => Number(b.perMonth.low + b.perMonth.high - a.perMonth.low - a.perMonth.high));
}

function optionsOf(plan: EstimatePlan): readonly CostOption[] {
  const { config, events } = plan.deployment;
  const { dataEvents, insights, allowSecondTrail } = config.trail;
  // A trail that exists is changed where it was made.
  const ofTrail = (setting: string, there: string): string =>
    events.kind === "new-trail" ? `deployment.trail.${setting}` : there;
  const options: readonly CostOption[] = [
    {
      setting: ofTrail("allowSecondTrail", "a trail beside the one that exists"),
      lines: allowSecondTrail ? [] : [secondCopyLine(plan)],
    },
    {
      setting: ofTrail("dataEvents.lambda", "at the trail that exists: data events of functions"),
      lines: dataEvents.lambda ? [] : dataEventOption(plan, "lambda"),
    },
    {
      setting: ofTrail("dataEvents.s3", "at the trail that exists: data events of S3"),
      lines: dataEvents.s3 ? [] : dataEventOption(plan, "s3"),
    },
    {
      setting: ofTrail("insights", "at the trail that exists: Insights"),
      lines: insights ? [] : [insightsLine(plan)],
    },
    { setting: "deployment.kinesis.enabled", lines: streamOption(plan) },
    { setting: "deployment.opensearchVersion", lines: extendedSupportOption(plan) },
  ];
  return options.filter(({ lines }) => lines.length > 0);
}

/** For how many accounts the sizes are meant. */
export const USUAL_ACCOUNTS = { small: 20, medium: 100, large: 400 } as const;

function sizeWarnings({ deployment, volume }: EstimatePlan): readonly string[] {
  const { mode, size } = deployment.config;
  const usual = USUAL_ACCOUNTS[size];
  if (mode === "single-account" || volume.accounts <= usual * 2) return [];
  return [
    `Size ${size} is meant for some ${counted(usual, "account")}, and there are ${volume.accounts}: take a larger one (deployment.size), or try whether it keeps up.`,
  ];
}
