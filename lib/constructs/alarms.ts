import { Duration } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, type Metric, Stats, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { domainMetric, ownMetric } from "./own-metrics.ts";
import type { PipelineFunction } from "./pipeline-function.ts";

export interface AlarmsProps {
  readonly stage: string;
  readonly topic: ITopic;
  readonly functions: readonly PipelineFunction[];
  /** Called once an hour. */
  readonly provisioner: PipelineFunction;
  /** Of which a single message is one too many: what that means and what to do, by the queue's name. */
  readonly givenUp: ReadonlyMap<string, { readonly queue: IQueue; readonly advice: string }>;
  /** `null`: not ours to watch. */
  readonly domain: { readonly name: string; readonly storageGiB: number } | null;
  readonly silentMinutes: number;
  readonly syncMinutes: number;
  readonly hasDirectory: boolean;
}

interface Rule {
  readonly metric: Metric;
  /** At or beyond it something is wrong. */
  readonly threshold: number;
  readonly description: string;
  /** Periods in a row; 1 by default. */
  readonly periods?: number;
  readonly below?: boolean;
  /** Whether nothing at all is wrong too. */
  readonly missingIsWrong?: boolean;
}

const FIVE_MINUTES = Duration.minutes(5);

/** Who watches the watcher: every alarm goes to the topic that incidents go to. */
export class Alarms extends Construct {
  readonly all: Alarm[] = [];
  readonly #action: SnsAction;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#action = new SnsAction(props.topic);
    this.#deadMan(props);
    this.#delays(props);
    for (const target of props.functions) this.#function(target);
    this.#when("ProvisionerErrors", {
      metric: props.provisioner.function.metricErrors({ period: Duration.hours(1) }),
      // An attempt and two more.
      threshold: 3,
      description:
        "The cluster could not be made what the configuration says: see the log of OpenSearchProvisionerFunction.",
    });
    for (const [name, { queue, advice }] of props.givenUp) {
      this.#when(`${name}GivenUp`, {
        metric: queue.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: Stats.MAXIMUM }),
        threshold: 1,
        description: `Something was given up and lies in the queue ${name}. ${advice}`,
      });
    }
    if (props.domain !== null) this.#domain(props.domain);
  }

  /** Silence is not health: nothing that arrives, or nothing that is rolled up, is itself the alarm. */
  #deadMan({ stage, silentMinutes }: AlarmsProps): void {
    const periods = Math.ceil(silentMinutes / FIVE_MINUTES.toMinutes());
    this.#when("EventsSilent", {
      metric: ownMetric(stage, "recordsRead", FIVE_MINUTES),
      threshold: 0,
      below: true,
      periods,
      missingIsWrong: true,
      description: `No event arrived for ${silentMinutes} minutes: is the trail logging, does its log group feed MultiAccountLogsFunction?`,
    });
    this.#when("DetectionSilent", {
      metric: ownMetric(stage, "rollUps", FIVE_MINUTES),
      threshold: 0,
      below: true,
      periods,
      missingIsWrong: true,
      description: `Nothing was rolled up and judged for ${silentMinutes} minutes: see the log of UsageRollupFunction.`,
    });
  }

  #delays({ stage, syncMinutes, hasDirectory }: AlarmsProps): void {
    this.#when("EventsLate", {
      metric: ownMetric(stage, "indexDelay", FIVE_MINUTES),
      threshold: 3600,
      periods: 3,
      description: "Events are stored more than an hour after they happened.",
    });
    this.#when("RollUpLate", {
      metric: ownMetric(stage, "rollUpAge", FIVE_MINUTES),
      threshold: 3600,
      periods: 3,
      description: "The roll-up is more than an hour behind.",
    });
    this.#when("CatchUpLong", {
      metric: ownMetric(stage, "catchUpLag", Duration.hours(1)),
      threshold: 1,
      periods: 3,
      description:
        "For three hours what came has been caught up on, and what happens now is found late. After a backfill of many millions of events that is expected: CatchUpLag has to go down.",
    });
    this.#when("ForestSilent", {
      metric: ownMetric(stage, "silentDetectors", Duration.hours(1)),
      threshold: 1,
      periods: 3,
      description:
        "For three hours detectors in the cluster have judged nothing though there are roll-ups for them: the count model speaks alone. trailwatch doctor says which.",
    });
    this.#when("Quarantined", {
      metric: ownMetric(stage, "recordsQuarantined", Duration.hours(1)),
      threshold: 100,
      description:
        "A hundred records in an hour could not be stored as events; trailwatch-quarantine has them with reasons.",
    });
    this.#when("MessagesFailed", {
      metric: ownMetric(stage, "messagesFailed", FIVE_MINUTES),
      threshold: 1,
      periods: 3,
      description: "A channel does not take messages; they are tried again.",
    });
    this.#when("Unsaid", {
      metric: ownMetric(stage, "incidentsUnsaid", FIVE_MINUTES),
      threshold: 1,
      periods: 12,
      description: "For an hour there has been something to say that nobody was told.",
    });
    if (!hasDirectory) return;
    this.#when("DirectoryOld", {
      metric: ownMetric(stage, "directoryAge", FIVE_MINUTES),
      threshold: Math.max(6 * 3600, 4 * syncMinutes * 60),
      periods: 3,
      description: "Names and owners of accounts are old: see the log of DirectorySnapshotFunction.",
    });
  }

  #function(target: PipelineFunction): void {
    const { function: fn } = target;
    const name = target.node.id;
    this.#when(`${name}Errors`, {
      metric: fn.metricErrors({ period: FIVE_MINUTES }),
      threshold: 1,
      periods: 3,
      description: `${fn.node.path} fails again and again: see its log.`,
    });
    this.#when(`${name}Throttles`, {
      metric: fn.metricThrottles({ period: FIVE_MINUTES }),
      threshold: 1,
      periods: 6,
      description: `${name} has not been allowed to run as often as it was called for half an hour.`,
    });
    if (target.keepsFailed) {
      this.#when(`${name}Dropped`, {
        metric: fn.metric("AsyncEventsDropped", { period: FIVE_MINUTES, statistic: Stats.SUM }),
        threshold: 1,
        description: `${name} gave up a batch after all attempts; it is kept in the data bucket. trailwatch replay gives it again.`,
      });
      this.#when(`${name}Unkept`, {
        metric: fn.metric("DestinationDeliveryFailures", { period: FIVE_MINUTES, statistic: Stats.SUM }),
        threshold: 1,
        description: `A batch that ${name} gave up could not be kept: trailwatch replay of its time range brings the events back.`,
      });
    }
  }

  /** @see https://docs.aws.amazon.com/opensearch-service/latest/developerguide/cloudwatch-alarms.html */
  #domain({ name, storageGiB }: NonNullable<AlarmsProps["domain"]>): void {
    const metric = (metricName: string, statistic: string = Stats.MAXIMUM, period = Duration.minutes(1)) =>
      domainMetric(this, name, metricName, statistic, period);
    this.#when("ClusterRed", { metric: metric("ClusterStatus.red"), threshold: 1, description: "Shards are missing." });
    this.#when("ClusterYellow", {
      metric: metric("ClusterStatus.yellow", Stats.MAXIMUM, FIVE_MINUTES),
      threshold: 1,
      periods: 6,
      description: "Copies of shards have been missing for half an hour.",
    });
    this.#when("WritesBlocked", {
      metric: metric("ClusterIndexWritesBlocked", Stats.MAXIMUM, FIVE_MINUTES),
      threshold: 1,
      description: "The cluster takes nothing: memory or storage is used up.",
    });
    this.#when("StorageLow", {
      metric: metric("FreeStorageSpace", Stats.MINIMUM),
      // In MiB. A node takes no new shards from 85 % on.
      threshold: Math.round(storageGiB * 1024 * 0.2),
      below: true,
      description: "A node has less than a fifth of its storage left: raise deployment.overrides.storageGiB.",
    });
    this.#when("MemoryPressure", {
      metric: metric("JVMMemoryPressure"),
      threshold: 95,
      periods: 3,
      description: "The cluster is short of memory.",
    });
    this.#when("ProcessorBusy", {
      metric: metric("CPUUtilization", Stats.MAXIMUM, Duration.minutes(15)),
      threshold: 80,
      periods: 3,
      description: "The cluster has been busy for three quarters of an hour.",
    });
    this.#when("SnapshotFailed", {
      metric: metric("AutomatedSnapshotFailure"),
      threshold: 1,
      description: "The cluster's own snapshot failed; the last good one gets older.",
    });
    this.#when("KeyUnusable", {
      metric: metric("KMSKeyError"),
      threshold: 1,
      description: "The cluster cannot use its key any more. Without it everything in it is lost.",
    });
  }

  #when(
    id: string,
    { metric, threshold, description, periods = 1, below = false, missingIsWrong = false }: Rule,
  ): void {
    const alarm = new Alarm(this, id, {
      metric,
      threshold,
      alarmDescription: `Trailwatch: ${description}`,
      evaluationPeriods: periods,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: missingIsWrong ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(this.#action);
    if (missingIsWrong) alarm.addOkAction(this.#action);
    this.all.push(alarm);
  }
}
