import type { TrailwatchError } from "../../domain/errors.ts";
import { DAY, type EpochMs } from "../../domain/time.ts";
import type { DeploymentView } from "../../ports/deployment-view.ts";
import { answered, check, ok, type Verdict, wrong } from "../check.ts";
import { type Deployed, settingOf } from "../deployed.ts";

/** The last day of which a bill can be there. */
export const billedDay = (now: EpochMs): string => new Date(now - 2 * DAY).toISOString().slice(0, 10);

/** Whether the question of a bill was answered. */
export async function askedBill(question: Promise<void>): Promise<TrailwatchError | null> {
  return (await answered(question, "AWS_DATA_UNAVAILABLE", "AWS_ACCESS_DENIED", "AWS_REFUSED")).refused;
}

/** What the answer means, whoever asked. */
export function judgeBill(refused: TrailwatchError | null, whose: string): Verdict {
  if (refused === null) return ok(`enabled, and shows ${whose}`);
  if (refused.code === "AWS_ACCESS_DENIED") {
    return wrong(
      `it refuses whoever asked: ${refused.message}`,
      "Give ce:GetCostAndUsage to whoever runs this. In a member account the management account has to let members see their bill: Billing, Cost Management preferences, linked account access.",
    );
  }
  return wrong(
    `it has no data: ${refused.message}`,
    "Enable it in the management account: Billing and Cost Management, Cost Explorer, Launch. The first data are there a day later.",
    "Until then messages have the estimate from list prices, and say that the bill is not known.",
  );
}

const CONNECTOR = "QBusinessConnectorFunction";
const OFF =
  "off: ENABLE_COST_ANALYSIS is false, and messages say nothing of money. Set it in deployment.environment, if that is not meant";

export const costExplorer = check<DeploymentView, Deployed, TrailwatchError | null>({
  id: "cost-explorer",
  title: "Cost Explorer answers",
  leftOut: (deployed) => {
    if (!deployed.functions.get(CONNECTOR)) return `there is no ${deployed.names.of(CONNECTOR)}`;
    const whose = settingOf(deployed, CONNECTOR, "COST_EXPLORER");
    return whose === null || whose === "off" ? OFF : null;
  },
  ask: (view, { now }) => askedBill(view.bill(billedDay(now))),
  judge: (refused, deployed) =>
    judgeBill(
      refused,
      settingOf(deployed, CONNECTOR, "COST_EXPLORER") === "organization"
        ? "the bills of all accounts"
        : "the bill of this account only",
    ),
});
