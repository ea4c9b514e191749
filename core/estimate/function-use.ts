import { type DeployedFunction, deployedFunctions } from "./deployed.ts";
import { type Amount, between, exactly, sumOf, timesOf } from "./line.ts";
import { BUCKETS_A_DAY, DAYS_A_MONTH, MINUTES_A_MONTH } from "./month.ts";
import { type EstimatePlan, eventsPerMonth } from "./plan.ts";
import { filesPerMonth } from "./trail.ts";

/** What a function does in a month. */
export interface FunctionUse {
  readonly name: string;
  readonly calls: Amount;
  readonly gibSeconds: Amount;
  readonly why: string;
}

/** A whole processor; less memory is less of one. */
const WHOLE_PROCESSOR_MIB = 1769;

interface Time {
  readonly seconds: Amount;
  readonly why: string;
}

/** Of the functions that run by themselves; what only people and deployments call costs next to nothing. */
export function functionUses(plan: EstimatePlan): readonly FunctionUse[] {
  return deployedFunctions(plan.deployment).flatMap((target) => {
    const calls = callsOf(target, plan);
    if (calls === null) return [];
    const { seconds, why } = timeOf(target, calls, plan);
    return [{ name: target.name, calls, gibSeconds: timesOf(seconds, target.memoryMiB / 1024), why }];
  });
}

function callsOf({ name, everyMinutes }: DeployedFunction, plan: EstimatePlan): Amount | null {
  if (everyMinutes !== null) return exactly(MINUTES_A_MONTH / everyMinutes);
  return name === "MultiAccountLogs" ? payloads(plan) : null;
}

const EVENTS_A_PAYLOAD = 1000;
const FILES_A_CALL = 10;
/** Every five minutes, or every minute, of each account and region in which something happens. */
const PAUSE_MINUTES = between(1, 5);

function payloads(plan: EstimatePlan): Amount {
  if (plan.deployment.events.kind === "bucket") {
    const { low, high } = filesPerMonth(plan);
    return between(low / FILES_A_CALL, high);
  }
  const events = eventsPerMonth(plan);
  const bursts = (minutes: number): number =>
    Math.min(events, Math.max(events / EVENTS_A_PAYLOAD, (plan.volume.entities * MINUTES_A_MONTH) / minutes));
  return between(bursts(PAUSE_MINUTES.high), bursts(PAUSE_MINUTES.low));
}

const SECONDS_A_PAYLOAD = between(0.05, 0.2);
const SECONDS_AN_EVENT = between(0.000_15, 0.000_5);
const SECONDS_A_RUN = between(0.5, 3);
/** docs/opensearch.md: 7 to 19 seconds for a closed bucket of 10,000 entities. */
const SECONDS_AN_ENTITY_AND_BUCKET = between(0.000_7, 0.001_9);
const SECONDS_AN_ACCOUNT_READ = between(0.1, 0.3);
const SECONDS_A_PROVISIONING = between(5, 30);

function timeOf({ name, memoryMiB }: DeployedFunction, calls: Amount, plan: EstimatePlan): Time {
  const { accounts, entities } = plan.volume;
  const each = (a: Amount, b: Amount): Amount => between(a.low * b.low, a.high * b.high);
  switch (name) {
    case "MultiAccountLogs": {
      const slower = Math.max(1, WHOLE_PROCESSOR_MIB / memoryMiB);
      return {
        seconds: sumOf(each(calls, SECONDS_A_PAYLOAD), timesOf(SECONDS_AN_EVENT, eventsPerMonth(plan) * slower)),
        why: "0.05 to 0.2 s a payload and 0.15 to 0.5 ms an event on a whole processor: assumed",
      };
    }
    case "UsageRollup":
      return {
        seconds: sumOf(
          each(calls, SECONDS_A_RUN),
          timesOf(SECONDS_AN_ENTITY_AND_BUCKET, entities * BUCKETS_A_DAY * DAYS_A_MONTH),
        ),
        why: "0.5 to 3 s a run, and 0.7 to 1.9 ms an account and region every five minutes: docs/opensearch.md measured 7 to 19 s for 10,000 of them",
      };
    case "DirectorySnapshot":
      return {
        seconds: each(calls, sumOf(exactly(2), timesOf(SECONDS_AN_ACCOUNT_READ, accounts))),
        why: "0.1 to 0.3 s an account, for its tags: assumed",
      };
    case "OpenSearchProvisioner":
      return { seconds: each(calls, SECONDS_A_PROVISIONING), why: "5 to 30 s a run: assumed" };
    default:
      return { seconds: each(calls, SECONDS_A_RUN), why: "0.5 to 3 s a run: assumed" };
  }
}
