import { resolveDeployment, withContext } from "#core/config/deployment/index.ts";
import { type Config, parseConfig } from "#core/config/index.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { estimate as estimateOf, USUAL_ACCOUNTS } from "#core/estimate/estimate.ts";
import type { EstimatePlan } from "#core/estimate/plan.ts";
import { assumedVolume, type EventVolume, measuredVolume } from "#core/estimate/volume.ts";
import { countArgument } from "../arguments.ts";
import { readConfiguration } from "../configuration.ts";
import { renderEstimate } from "../render/estimate.ts";
import { renderEstimateJson } from "../render/estimate-json.ts";
import { textOptions } from "../terminal.ts";

export interface EstimateOptions {
  readonly config?: string;
  readonly size?: string;
  readonly region: string;
  readonly accounts?: string;
  readonly eventsPerAccount?: string;
  readonly regionsPerAccount?: string;
  readonly lambdaEventsPerDay?: string;
  readonly s3EventsPerDay?: string;
  readonly people: string;
  readonly measured?: string;
  readonly format: "text" | "json";
}

/** What the deployment of a configuration costs a month. */
export async function estimate(options: EstimateOptions): Promise<void> {
  const result = estimateOf(await planOf(options));
  process.stdout.write(
    options.format === "json" ? renderEstimateJson(result) : renderEstimate(result, textOptions(process.stdout)),
  );
}

async function planOf(options: EstimateOptions): Promise<EstimatePlan> {
  const { size, region } = options;
  if (!/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region)) {
    throw new TrailwatchError("USAGE", `--region ${region} is not a region of AWS`, "Write it as eu-west-1.");
  }
  if (region.startsWith("cn-")) {
    throw new TrailwatchError(
      "USAGE",
      `no price is known of ${region}: China's regions bill in another currency`,
      "Estimate it for another region, and look up prices at amazonaws.cn.",
    );
  }
  const config = parseConfig(withContext(readConfiguration(options.config), size === undefined ? {} : { size }));
  const people = countArgument("--people", options.people, 0);
  const volume = await volumeOf(options, config);
  return { config, deployment: resolveDeployment(config.deployment), region, volume, people };
}

async function volumeOf(options: EstimateOptions, { deployment }: Config): Promise<EventVolume> {
  const count = (name: string, text: string | undefined, least = 1): number | undefined =>
    text === undefined ? undefined : countArgument(name, text, least);
  const isSingle = deployment.mode === "single-account";
  if (isSingle && options.accounts !== undefined) {
    throw new TrailwatchError(
      "USAGE",
      `--accounts ${options.accounts} and deployment.mode single-account exclude each other`,
      "Leave one of them out.",
    );
  }
  const said = {
    accounts: isSingle ? 1 : count("--accounts", options.accounts),
    eventsPerAccount: count("--events-per-account", options.eventsPerAccount),
    regionsPerAccount: count("--regions-per-account", options.regionsPerAccount),
    lambdaEventsPerDay: count("--lambda-events-per-day", options.lambdaEventsPerDay, 0),
    objectEventsPerDay: count("--s3-events-per-day", options.s3EventsPerDay, 0),
  };
  if (options.measured === undefined) return assumedVolume(said, USUAL_ACCOUNTS[deployment.size]);
  const { measureVolume } = await import("../measured-volume.ts");
  return measuredVolume(await measureVolume(options.measured), said);
}
