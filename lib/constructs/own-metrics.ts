import { type Duration, Stack } from "aws-cdk-lib";
import { Metric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { METRIC_NAMESPACE, METRICS, type MetricName, STAGE_DIMENSION } from "#core/config/metrics.ts";

const STATISTICS = { Sum: Stats.SUM, Maximum: Stats.MAXIMUM, Average: Stats.AVERAGE } as const;

/** What the functions of a stage say of themselves. */
export function ownMetric(stage: string, name: MetricName, period: Duration): Metric {
  const definition = METRICS[name];
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: definition.name,
    dimensionsMap: { [STAGE_DIMENSION]: stage },
    statistic: STATISTICS[definition.statistic],
    period,
  });
}

/** What the domain says of itself. */
export const domainMetric = (
  scope: Construct,
  domainName: string,
  metricName: string,
  statistic: string,
  period: Duration,
): Metric =>
  new Metric({
    namespace: "AWS/ES",
    metricName,
    dimensionsMap: { DomainName: domainName, ClientId: Stack.of(scope).account },
    statistic,
    period,
  });
