import { Duration } from "aws-cdk-lib";
import { AlarmStatusWidget, Dashboard, GraphWidget, type IMetric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import type { MetricName } from "#core/config/metrics.ts";
import type { Alarms } from "./alarms.ts";
import { domainMetric, ownMetric } from "./own-metrics.ts";
import type { PipelineFunction } from "./pipeline-function.ts";

export interface OperationsDashboardProps {
  readonly name: string;
  readonly stage: string;
  readonly alarms: Alarms;
  readonly functions: readonly PipelineFunction[];
  readonly domainName: string | null;
}

const PERIOD = Duration.minutes(5);
const WIDE = 24;
const HALF = 12;

/** How the pipeline does, on one page of CloudWatch. */
export class OperationsDashboard extends Construct {
  constructor(scope: Construct, id: string, { name, stage, alarms, functions, domainName }: OperationsDashboardProps) {
    super(scope, id);
    const own = (...names: readonly MetricName[]) => names.map((metric) => ownMetric(stage, metric, PERIOD));
    const graph = (title: string, left: readonly IMetric[], right: readonly IMetric[] = []) =>
      new GraphWidget({ title, left: [...left], right: [...right], width: HALF });
    const dashboard = new Dashboard(this, "Dashboard", { dashboardName: name });
    dashboard.addWidgets(new AlarmStatusWidget({ title: "Alarms", alarms: alarms.all, width: WIDE, height: 4 }));
    dashboard.addWidgets(
      graph("Records in, events stored", own("recordsRead", "eventsIndexed", "eventsRepeated")),
      graph("Kept apart, given again", own("recordsQuarantined", "batchesFailed", "examinationsDeferred")),
      graph("Delay in seconds", own("deliveryDelay", "indexDelay", "rollUpAge", "pageDelay")),
      graph("Found and said", own("findings", "incidentsOpened", "incidentsUpdated", "messagesSent", "messagesFailed")),
      graph("Unsaid, and what our own questions cost", own("incidentsUnsaid"), own("ownSpendMicroUsd")),
      graph("Organization", own("accountsKnown"), own("directoryAge")),
      graph("Still to be caught up on, in seconds of what happened", own("catchUpLag")),
    );
    const each = (metric: (target: PipelineFunction) => IMetric) => functions.map(metric);
    dashboard.addWidgets(
      graph(
        "Functions: errors",
        each(({ function: fn, node }) => fn.metricErrors({ period: PERIOD, label: node.id })),
      ),
      graph(
        "Functions: duration in milliseconds, the slowest",
        each(({ function: fn, node }) =>
          fn.metricDuration({ period: PERIOD, statistic: Stats.MAXIMUM, label: node.id }),
        ),
      ),
    );
    if (domainName === null) return;
    const domain = (metric: string, statistic: string = Stats.MAXIMUM) =>
      domainMetric(this, domainName, metric, statistic, PERIOD);
    dashboard.addWidgets(
      graph("Cluster: processor and memory in percent", [domain("CPUUtilization"), domain("JVMMemoryPressure")]),
      graph("Cluster: storage left in MiB", [domain("FreeStorageSpace", Stats.MINIMUM)]),
    );
  }
}
