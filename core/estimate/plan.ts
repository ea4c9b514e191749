import type { Deployment } from "../config/deployment/index.ts";
import type { Config } from "../config/index.ts";
import { type Amount, between } from "./line.ts";
import { DAYS_A_MONTH, GIB } from "./month.ts";
import type { EventVolume } from "./volume.ts";

/** What is estimated. */
export interface EstimatePlan {
  readonly config: Config;
  readonly deployment: Deployment;
  /** AWS's name of the region that it is deployed to. */
  readonly region: string;
  readonly volume: EventVolume;
  /** People who sign in to the dashboards in a month. */
  readonly people: number;
}

/** Data events that come in, as far as somebody said how many there are. */
function dataEventsPerDay({ deployment, volume }: EstimatePlan): number {
  const { lambda, s3 } = deployment.config.trail.dataEvents;
  return (lambda ? (volume.lambdaEventsPerDay ?? 0) : 0) + (s3 ? (volume.objectEventsPerDay ?? 0) : 0);
}

export const eventsPerDay = (plan: EstimatePlan): number => plan.volume.managementEventsPerDay + dataEventsPerDay(plan);

export const eventsPerMonth = (plan: EstimatePlan): number => eventsPerDay(plan) * DAYS_A_MONTH;

/** Of records as they are logged. */
export const gibPerMonth = (plan: EstimatePlan): number => (eventsPerMonth(plan) * plan.volume.bytesPerEvent) / GIB;

/** Of what is logged: as CloudWatch Logs keeps it, and as CloudTrail's gzip files and subscriptions have it. */
export const KEPT_SHARE: Amount = between(0.1, 0.2);
