import { counted } from "../messages/format.ts";
import { servicePrice } from "../pricing/service-price.ts";
import { alarmCount, logGroupCount, metricCount } from "./deployed.ts";
import { between, type CostLine, exactly, freeLine, lineOf } from "./line.ts";
import type { EstimatePlan } from "./plan.ts";

/** What watches the watcher. */
export function watchingLines({ deployment, region }: EstimatePlan): readonly CostLine[] {
  const service = "CloudWatch";
  return [
    lineOf({
      service,
      what: "metrics of our own",
      amount: exactly(metricCount()),
      unit: "metrics",
      price: servicePrice("metricMonth", region),
    }),
    lineOf({
      service,
      what: "alarms",
      amount: exactly(alarmCount(deployment)),
      unit: "alarms",
      price: servicePrice("alarmMonth", region),
    }),
    lineOf({
      service,
      what: "dashboard",
      amount: between(0, 1),
      quantity: "1",
      price: servicePrice("dashboardMonth", region),
      why: ["free where the account has less than three"],
    }),
    freeLine(
      "CloudFormation",
      "stacks",
      `${counted(logGroupCount(deployment), "log group")}, roles, rules, a parameter`,
      "stacks and StackSets, IAM, rules for AWS's own events, a standard parameter and empty log groups cost nothing",
    ),
  ];
}
