import { METRIC_NAMESPACE, METRICS, type MetricName, STAGE_DIMENSION } from "../../config/metrics.ts";
import { HOUR, MINUTE, SECOND } from "../../domain/time.ts";
import { amount, counted, duration } from "../../messages/format.ts";
import type { DeploymentView } from "../../ports/deployment-view.ts";
import { check, ok, type Verdict, warning, wrong } from "../check.ts";
import type { Deployed } from "../deployed.ts";

const MEASURED = [
  "recordsRead",
  "deliveryDelay",
  "indexDelay",
  "rollUpAge",
  "incidentsUnsaid",
  "messagesFailed",
  "recordsQuarantined",
] as const satisfies readonly MetricName[];
type Measured = Readonly<Record<(typeof MEASURED)[number] | "catchUpLag", number | null>>;

const SPAN = HOUR;
/** Runs that catch up take some minutes each. */
const LATELY = 15 * MINUTE;

/** Beyond it more is late than CloudTrail itself explains. */
const LATE_INDEX = HOUR;
const LATE_ROLL_UP = HOUR;
const MANY_QUARANTINED = 100;

export const lag = check<DeploymentView, Deployed, Measured>({
  id: "lag",
  title: "Events come through in time",
  ask: async (view, { stage, now }) => {
    const query = (name: MetricName) => ({
      namespace: METRIC_NAMESPACE,
      name: METRICS[name].name,
      dimensions: { [STAGE_DIMENSION]: stage },
      statistic: METRICS[name].statistic,
    });
    const values = await view.metrics(MEASURED.map(query), { start: now - SPAN, end: now });
    const [catchUpLag = null] = await view.metrics([query("catchUpLag")], { start: now - LATELY, end: now });
    return { ...Object.fromEntries(MEASURED.map((name, at) => [name, values[at] ?? null])), catchUpLag } as Measured;
  },
  judge: (measured, deployed): Verdict => {
    const { names } = deployed;
    const { recordsRead, deliveryDelay, indexDelay, rollUpAge, incidentsUnsaid, messagesFailed, recordsQuarantined } =
      measured;
    const log = (base: string): string => `aws logs tail /aws/lambda/${names.of(base)} --since 1h`;
    if (!recordsRead) {
      return wrong(
        "no event arrived in the last hour",
        "See the trail and its subscription above; even a quiet organization has some events an hour.",
      );
    }
    if ((incidentsUnsaid ?? 0) > 0 || (messagesFailed ?? 0) > 0) {
      return wrong(
        `of ${counted(incidentsUnsaid ?? 0, "incident")} there is something to say that no channel took`,
        `Read which channel refuses: ${log("QBusinessConnectorFunction")}`,
      );
    }
    const late = [
      ...((indexDelay ?? 0) * SECOND > LATE_INDEX
        ? [`events are stored ${duration((indexDelay ?? 0) * SECOND)} after they happened`]
        : []),
      ...((rollUpAge ?? 0) * SECOND > LATE_ROLL_UP
        ? [`the roll-up is ${duration((rollUpAge ?? 0) * SECOND)} behind`]
        : []),
    ];
    if (late.length > 0) {
      return wrong(
        late.join("; "),
        `Of it ${duration((deliveryDelay ?? 0) * SECOND)} are CloudTrail's own. For the rest: ${log("MultiAccountLogsFunction")}`,
        "A cluster that takes less than comes in needs larger or more nodes: deployment.size, deployment.overrides.",
      );
    }
    if ((measured.catchUpLag ?? 0) > 0) {
      return warning(
        `what came at once is being caught up on: it has come to ${duration((measured.catchUpLag ?? 0) * SECOND)} ago`,
        `Wait: after a backfill, or hours in which nothing ran, that is expected, and until then what happens now is found late. Its steps: ${log("UsageRollupFunction")}`,
      );
    }
    if ((recordsQuarantined ?? 0) >= MANY_QUARANTINED) {
      return warning(
        `${amount(recordsQuarantined ?? 0)} records in the last hour could not be stored as events`,
        `The index ${names.namespace}trailwatch-quarantine has them with the reasons.`,
      );
    }
    const middle =
      indexDelay === null ? "" : `, stored ${duration(Math.max(0, indexDelay * SECOND))} after they happened`;
    const rolled = rollUpAge === null ? "" : `; rolled up to ${duration(Math.max(MINUTE, rollUpAge * SECOND))} ago`;
    return ok(`${amount(recordsRead)} records in the last hour${middle}${rolled}`);
  },
});
