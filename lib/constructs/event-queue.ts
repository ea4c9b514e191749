import { Duration } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { EventSourceMapping } from "aws-cdk-lib/aws-lambda";
import { Topic } from "aws-cdk-lib/aws-sns";
import { SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import type { PipelineFunction } from "./pipeline-function.ts";
import { SecureQueue } from "./secure-queue.ts";

export interface EventQueueProps {
  /** Told of every file of the trail. */
  readonly topicArn: string;
  readonly key: IKey;
  readonly ingest: PipelineFunction;
  readonly timeout: Duration;
  readonly concurrency: number | null;
}

const ATTEMPTS = 5;
/** Lambda wants so many times the function's own. */
const VISIBILITY_FACTOR = 6;
const FILES_A_CALL = 10;

/** Files of a trail that is there: its topic fills a queue, the queue feeds the ingest. */
export class EventQueue extends Construct {
  readonly queue: SecureQueue;
  readonly givenUp: SecureQueue;

  constructor(scope: Construct, id: string, { topicArn, key, ingest, timeout, concurrency }: EventQueueProps) {
    super(scope, id);
    this.givenUp = new SecureQueue(this, "GivenUp", { key });
    acknowledge(this.givenUp, {
      "AwsSolutions-SQS3": "It is the dead-letter queue: what lies in it has been given up, and an alarm says so.",
    });
    this.queue = new SecureQueue(this, "Queue", {
      key,
      visibility: Duration.seconds(timeout.toSeconds() * VISIBILITY_FACTOR),
      givenUp: { queue: this.givenUp, attempts: ATTEMPTS },
    });
    Topic.fromTopicArn(this, "Topic", topicArn).addSubscription(
      new SqsSubscription(this.queue, { rawMessageDelivery: true }),
    );
    const mapping = new EventSourceMapping(this, "Mapping", {
      target: ingest.function,
      eventSourceArn: this.queue.queueArn,
      batchSize: FILES_A_CALL,
      reportBatchItemFailures: true,
      // At least two, and a bound of Lambda's own that does not make messages come back unread.
      ...(concurrency === null ? {} : { maxConcurrency: Math.max(2, concurrency) }),
    });
    ingest.allow(["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], [this.queue.queueArn]);
    mapping.node.addDependency(ingest.role);
  }
}
