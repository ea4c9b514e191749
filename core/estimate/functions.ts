import { type KnownPrice, servicePrice } from "../pricing/service-price.ts";
import { deployedFunctions } from "./deployed.ts";
import { type FunctionUse, functionUses } from "./function-use.ts";
import { type Amount, between, type CostLine, exactly, lineOf, spoken, sumOf, timesOf } from "./line.ts";
import { DAYS_A_MONTH, GIB, KIB, MINUTES_A_MONTH, SECONDS_A_MONTH } from "./month.ts";
import { type EstimatePlan, KEPT_SHARE } from "./plan.ts";

/** What functions cost: their time, their calls, their schedules, their traces and their logs. */
export function functionLines(plan: EstimatePlan): readonly CostLine[] {
  const { region } = plan;
  const uses = functionUses(plan);
  const gibSecond = servicePrice("lambdaArmGibSecond", region);
  const calls = sumOf(...uses.map((use) => use.calls));
  return [
    ...uses.map((use) => timeLine(use, gibSecond)),
    lineOf({
      service: "Lambda",
      what: "calls of functions",
      amount: calls,
      unit: "calls",
      price: servicePrice("lambdaCall", region),
    }),
    lineOf({
      service: "EventBridge",
      what: "schedules",
      amount: exactly(scheduledCalls(plan)),
      unit: "calls",
      price: servicePrice("schedulerCall", region),
      why: deployedFunctions(plan.deployment).flatMap(({ name, everyMinutes }) =>
        everyMinutes === null ? [] : [`${name} every ${everyMinutes === 1 ? "minute" : `${everyMinutes} minutes`}`],
      ),
    }),
    lineOf({
      service: "X-Ray",
      what: "traces of functions",
      amount: sumOf(...uses.map((use) => traced(use.calls))),
      unit: "traces",
      price: servicePrice("trace", region),
      why: ["Lambda traces one call a second of each function, and a twentieth of the others"],
    }),
    ...logLines(plan, calls),
  ];
}

const timeLine = ({ name, calls, gibSeconds, why }: FunctionUse, price: KnownPrice): CostLine =>
  lineOf({
    service: "Lambda",
    what: `${name}Function`,
    amount: gibSeconds,
    unit: "GiB-seconds",
    price,
    why: [`${spoken(calls)} calls`, why],
  });

const scheduledCalls = ({ deployment }: EstimatePlan): number =>
  deployedFunctions(deployment).reduce(
    (sum, { everyMinutes }) => sum + (everyMinutes === null ? 0 : MINUTES_A_MONTH / everyMinutes),
    0,
  );

const TRACED_SHARE = 0.05;

/** Of calls on schedule all, since they are less than one a second; of the others a twentieth at least. */
function traced({ low, high }: Amount): Amount {
  const evenly = high <= SECONDS_A_MONTH ? high : SECONDS_A_MONTH + (high - SECONDS_A_MONTH) * TRACED_SHARE;
  return between(low === high ? evenly : low * TRACED_SHARE, evenly);
}

/** Lambda's own three lines, and what a function says of itself. */
const BYTES_A_CALL = between(1 * KIB, 4 * KIB);
const DOMAIN_LOGS_GIB = between(0.05, 1);

function logLines(plan: EstimatePlan, calls: Amount): readonly CostLine[] {
  const { region, deployment } = plan;
  const { functionLogDays } = deployment.config.retention;
  const functions = between((calls.low * BYTES_A_CALL.low) / GIB, (calls.high * BYTES_A_CALL.high) / GIB);
  const hasDomain = deployment.config.domain === null;
  const taken = hasDomain ? sumOf(functions, DOMAIN_LOGS_GIB) : functions;
  const whose = hasDomain ? "logs of functions and domain" : "logs of functions";
  return [
    lineOf({
      service: "CloudWatch Logs",
      what: `${whose}, taken in`,
      amount: taken,
      unit: "GiB",
      price: servicePrice("logsIngestGib", region),
      why: ["1 to 4 KiB a call", ...(hasDomain ? ["up to 1 GiB of the domain"] : []), "assumed"],
    }),
    lineOf({
      service: "CloudWatch Logs",
      what: `${whose}, kept`,
      amount: between(
        timesOf(taken, functionLogDays / DAYS_A_MONTH).low * KEPT_SHARE.low,
        timesOf(taken, functionLogDays / DAYS_A_MONTH).high * KEPT_SHARE.high,
      ),
      unit: `GiB of ${functionLogDays} days`,
      price: servicePrice("logsStorageGibMonth", region),
    }),
  ];
}
