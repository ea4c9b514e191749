import { servicePrice } from "../pricing/service-price.ts";
import { between, type CostLine, exactly, lineOf, timesOf } from "./line.ts";
import { GIB, HOURS_A_MONTH } from "./month.ts";
import { type EstimatePlan, gibPerMonth, KEPT_SHARE } from "./plan.ts";

const SERVICE = "Kinesis";
const PAYLOAD_UNIT = 25 * 1024;
const HOURS_INCLUDED = 24;

/** Where a stream is put between log group and function. */
export function streamLines(plan: EstimatePlan): readonly CostLine[] {
  const { enabled, shards } = plan.deployment.config.kinesis;
  if (!enabled) return [];
  return shards === null ? onDemandLines(plan) : shardLines(plan, shards);
}

/** What a stream would cost where there is none. */
export function streamOption(plan: EstimatePlan): readonly CostLine[] {
  const { deployment } = plan;
  if (deployment.config.kinesis.enabled || deployment.events.kind === "bucket") return [];
  return onDemandLines(plan);
}

function onDemandLines(plan: EstimatePlan): readonly CostLine[] {
  const { region } = plan;
  const { retentionHours } = plan.deployment.config.kinesis;
  const gib = timesOf(KEPT_SHARE, gibPerMonth(plan));
  const beyond = Math.max(0, retentionHours - HOURS_INCLUDED);
  return [
    lineOf({
      service: SERVICE,
      what: "stream that grows on demand",
      amount: exactly(HOURS_A_MONTH),
      unit: "hours",
      price: servicePrice("kinesisStreamHour", region),
    }),
    lineOf({
      service: SERVICE,
      what: "events through it",
      amount: gib,
      unit: "GiB",
      price: servicePrice("kinesisOnDemandGib", region),
      why: ["as gzip, a tenth to a fifth of what is logged: assumed"],
    }),
    ...(beyond === 0
      ? []
      : [
          lineOf({
            service: SERVICE,
            what: `kept for ${retentionHours} hours`,
            amount: timesOf(gib, beyond / HOURS_A_MONTH),
            unit: "GiB beyond the first day",
            price: servicePrice("kinesisRetentionGibMonth", region),
          }),
        ]),
  ];
}

function shardLines(plan: EstimatePlan, shards: number): readonly CostLine[] {
  const { region } = plan;
  const { retentionHours } = plan.deployment.config.kinesis;
  const units = timesOf(KEPT_SHARE, (gibPerMonth(plan) * GIB) / PAYLOAD_UNIT);
  const hours = exactly(shards * HOURS_A_MONTH);
  const quantity = `${shards} shards`;
  return [
    lineOf({
      service: SERVICE,
      what: "shards",
      amount: hours,
      quantity,
      price: servicePrice("kinesisShardHour", region),
    }),
    lineOf({
      service: SERVICE,
      what: "events put into them",
      amount: between(units.low, units.high * 4),
      unit: "payload units",
      price: servicePrice("kinesisPutUnit", region),
      why: ["a unit that is not full counts as a whole one: up to four times as many assumed"],
    }),
    ...(retentionHours <= HOURS_INCLUDED
      ? []
      : [
          lineOf({
            service: SERVICE,
            what: `kept for ${retentionHours} hours`,
            amount: hours,
            quantity,
            price: servicePrice("kinesisShardRetentionHour", region),
          }),
        ]),
  ];
}
