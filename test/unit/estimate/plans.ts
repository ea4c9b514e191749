import { resolveDeployment } from "#core/config/deployment/index.ts";
import { parseConfig } from "#core/config/index.ts";
import { type Estimate, estimate } from "#core/estimate/estimate.ts";
import type { CostLine } from "#core/estimate/line.ts";
import type { EstimatePlan } from "#core/estimate/plan.ts";
import { assumedVolume, type SaidVolume } from "#core/estimate/volume.ts";

export interface Wanted {
  readonly deployment?: object;
  readonly opensearch?: object;
  readonly region?: string;
  readonly said?: SaidVolume;
  readonly people?: number;
}

export function planOf({
  deployment = {},
  opensearch = {},
  region = "us-east-1",
  said = {},
  people = 10,
}: Wanted): EstimatePlan {
  const config = parseConfig({ deployment, opensearch });
  return {
    config,
    deployment: resolveDeployment(config.deployment),
    region,
    volume: assumedVolume(said, 20),
    people,
  };
}

export const estimateOf = (wanted: Wanted = {}): Estimate => estimate(planOf(wanted));

/** The one line of it. */
export function lineOf(lines: readonly CostLine[], what: string): CostLine {
  const [found, ...others] = lines.filter((line) => line.what === what);
  if (found === undefined || others.length > 0) throw new Error(`${what}: ${others.length + (found ? 1 : 0)} lines`);
  return found;
}

/** USD; the line's price has to be one amount. */
export function usdOf(line: CostLine): number {
  if (line.perMonth === null || line.perMonth.low !== line.perMonth.high)
    throw new Error(`${line.what} is not one amount`);
  return Number(line.perMonth.low) / 1e9;
}
