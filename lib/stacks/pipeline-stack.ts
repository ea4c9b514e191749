import { CfnOutput } from "aws-cdk-lib";
import { EventSourceMapping, FilterCriteria, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { FilterPattern, SubscriptionFilter } from "aws-cdk-lib/aws-logs";
import { LambdaDestination } from "aws-cdk-lib/aws-logs-destinations";
import { LambdaSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";
import { INCIDENTS } from "#adapters/dynamodb/tables.ts";
import { acknowledge } from "../constructs/acknowledge.ts";
import { Alarms } from "../constructs/alarms.ts";
import { unusedAlertEmail } from "../constructs/alert-email.ts";
import { EventQueue } from "../constructs/event-queue.ts";
import { EventStream } from "../constructs/event-stream.ts";
import { OperationsDashboard } from "../constructs/operations-dashboard.ts";
import type { PipelineFunction } from "../constructs/pipeline-function.ts";
import { Provisioning } from "../constructs/provisioning.ts";
import { Schedules } from "../constructs/schedule.ts";
import { SecureQueue } from "../constructs/secure-queue.ts";
import { connectorFunction } from "../functions/connector.ts";
import { directoryFunction } from "../functions/directory.ts";
import { INGEST_TIMEOUT, ingestFunction } from "../functions/ingest.ts";
import type { Parts } from "../functions/parts.ts";
import { processorFunction } from "../functions/processor.ts";
import { redriveFunction } from "../functions/redrive.ts";
import { rollupFunction } from "../functions/rollup.ts";
import { DeploymentStack, type DeploymentStackProps } from "./deployment-stack.ts";

export type PipelineStackProps = Omit<DeploymentStackProps, "description" | "holdsData"> & Parts;

/** How often the connector looks for what is unsaid, beside the bell of the incidents' table. */
const SWEEP_MINUTES = 5;

/** How often what could not be made in the cluster yet is tried: a forest learns only from roll-ups that are there. */
const PROVISION_MINUTES = 60;

/** What events go through, from the trail to a message, and what watches it. */
export class PipelineStack extends DeploymentStack {
  readonly connector: PipelineFunction;

  constructor(scope: Construct, props: PipelineStackProps) {
    super(scope, "Pipeline", { ...props, description: "Trailwatch: from events to messages", holdsData: false });
    const { config, deployment, names, state, search } = props;
    const { alerts, environment, mode, stage } = deployment.config;
    unusedAlertEmail(this);

    const ingest = ingestFunction(this, props);
    const rollup = rollupFunction(this, props);
    const processor = processorFunction(this, props);
    this.connector = connectorFunction(this, props);
    const directory = mode === "multi-account" ? directoryFunction(this, props) : null;
    const givenUp = this.#feed(ingest, props);
    const redrive = redriveFunction(this, props, ingest, [...givenUp.values()]);
    const functions = [ingest, rollup, processor, this.connector, ...(directory === null ? [] : [directory]), redrive];

    const missed = new SecureQueue(this, "Missed", { key: state.key });
    acknowledge(missed, {
      "AwsSolutions-SQS3":
        "It is a dead-letter queue: bells and schedules that could not be delivered, each made up for by the next.",
    });
    this.#ring(processor, missed, props);
    new Schedules(this, "Schedules", {
      groupName: names.of("trailwatch"),
      key: state.key,
      missed,
      every: [
        { target: rollup, minutes: 1 },
        { target: processor, minutes: 1 },
        { target: this.connector, minutes: SWEEP_MINUTES },
        ...(directory === null ? [] : [{ target: directory, minutes: environment.SYNC_INTERVAL_MINUTES }]),
        { target: search.provisioner, minutes: PROVISION_MINUTES },
      ],
    });
    new Provisioning(this, "Provisioning", {
      config,
      search,
      state,
      writers: [ingest, rollup],
      processors: [processor, this.connector],
    });
    const alarms = new Alarms(this, "Alarms", {
      stage,
      topic: state.alerts,
      functions,
      provisioner: search.provisioner,
      givenUp: new Map([
        ...[...givenUp].map(
          ([name, queue]) => [name, { queue, advice: "trailwatch replay --queue gives its files again." }] as const,
        ),
        [
          "Missed",
          {
            queue: missed,
            advice:
              "Calls of schedules and bells, which the next ones make up for: nothing has to be given again. See why the functions were not called, then purge the queue.",
          },
        ],
      ]),
      domain: search.domainName === null ? null : { name: search.domainName, storageGiB: deployment.sizing.storageGiB },
      silentMinutes: alerts.silentMinutes,
      syncMinutes: environment.SYNC_INTERVAL_MINUTES,
      hasDirectory: directory !== null,
    });
    new OperationsDashboard(this, "Operations", {
      name: names.of("Trailwatch"),
      stage,
      alarms,
      functions: [...functions, search.provisioner],
      domainName: search.domainName,
    });
    for (const { node, function: fn } of functions) new CfnOutput(this, `${node.id}Name`, { value: fn.functionName });
  }

  /** Connects the ingest with where events come from; answers the queues in which they may end up. */
  #feed(ingest: PipelineFunction, { deployment, names, state, trail }: PipelineStackProps): Map<string, SecureQueue> {
    const { events } = deployment;
    const { kinesis } = deployment.config;
    if (events.kind === "bucket") {
      const { givenUp } = new EventQueue(this, "TrailFiles", {
        topicArn: events.topicArn,
        key: state.key,
        ingest,
        timeout: INGEST_TIMEOUT,
        concurrency: deployment.sizing.ingestConcurrency,
      });
      return new Map([["Files", givenUp]]);
    }
    if (kinesis.enabled) {
      new EventStream(this, "Stream", {
        settings: kinesis,
        key: state.key,
        ingest,
        failed: state.data,
        logGroup: trail.logGroup,
        foreignLogGroup: events.kind === "log-group" ? events.logGroup : "",
        destinationName: names.of("trailwatch-events"),
      });
    } else if (trail.logGroup !== null) {
      new SubscriptionFilter(this, "Subscription", {
        logGroup: trail.logGroup,
        destination: new LambdaDestination(ingest.function),
        // Every event: whatever a pattern left out could be what counts.
        filterPattern: FilterPattern.allEvents(),
      });
    }
    return new Map();
  }

  /** The cluster's bell and the incidents' stream; schedules make up for either. */
  #ring(processor: PipelineFunction, missed: SecureQueue, { state }: PipelineStackProps): void {
    state.bell.addSubscription(new LambdaSubscription(processor.function, { deadLetterQueue: missed }));
    const { connector } = this;
    const mapping = new EventSourceMapping(this, "Unsaid", {
      target: connector.function,
      eventSourceArn: state.incidents.tableStreamArn ?? "",
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      retryAttempts: 3,
      filters: [FilterCriteria.filter(INCIDENTS.stream.filter)],
      onFailure: { bind: () => ({ destination: state.data.bucketArn }) },
    });
    connector.allow(
      ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
      [state.incidents.tableStreamArn ?? ""],
    );
    connector.allow(["dynamodb:ListStreams"], ["*"], { because: "DynamoDB lists streams without naming one." });
    connector.allow(["s3:PutObject"], [state.data.arnForObjects("aws/lambda/*")], {
      because: "What Lambda gives up of a stream is kept under the mapping's id, which is known only when it is there.",
    });
    mapping.node.addDependency(connector.role);
  }
}
