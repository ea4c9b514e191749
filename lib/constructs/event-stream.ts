import { ArnFormat, CfnOutput, Duration, Stack } from "aws-cdk-lib";
import { ArnPrincipal, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Stream, StreamEncryption, StreamMode } from "aws-cdk-lib/aws-kinesis";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { EventSourceMapping, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { CfnDestination, CfnSubscriptionFilter, type ILogGroup } from "aws-cdk-lib/aws-logs";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { DeploymentConfig } from "#core/config/deployment/index.ts";
import { acknowledge } from "./acknowledge.ts";
import type { PipelineFunction } from "./pipeline-function.ts";

export interface EventStreamProps {
  readonly settings: DeploymentConfig["kinesis"];
  readonly key: IKey;
  readonly ingest: PipelineFunction;
  readonly failed: IBucket;
  /** In this account; `null`: {@link foreignLogGroup} in another. */
  readonly logGroup: ILogGroup | null;
  readonly foreignLogGroup: string;
  /** Of the destination that another account subscribes to. */
  readonly destinationName: string;
}

const RECORDS_A_CALL = 100;
/** Each keeps the order of its own events. */
const AT_ONCE_A_SHARD = 4;
/** A week: the longest bound that Lambda takes for the age of a record. */
const LONGEST_RECORD_HOURS = 168;

/** Between log group and ingest: for more than a subscription delivers, and for a log group in another account. */
export class EventStream extends Construct {
  readonly stream: Stream;

  constructor(scope: Construct, id: string, props: EventStreamProps) {
    super(scope, id);
    const { settings, key, logGroup } = props;
    this.stream = new Stream(this, "Events", {
      encryption: StreamEncryption.KMS,
      encryptionKey: key,
      retentionPeriod: Duration.hours(settings.retentionHours),
      ...(settings.shards === null
        ? { streamMode: StreamMode.ON_DEMAND }
        : { streamMode: StreamMode.PROVISIONED, shardCount: settings.shards }),
    });
    acknowledge(this.stream, {
      "AwsSolutions-KDS3": "One key encrypts everything, so that what is kept can be closed off in one place.",
    });
    this.#feedIngest(props);
    const writer = this.#writer(props);
    if (logGroup === null) this.#letOtherAccountWrite(props, writer);
    else this.#subscribe(logGroup, writer);
  }

  #feedIngest({ ingest, failed, settings }: EventStreamProps): void {
    const mapping = new EventSourceMapping(this, "Mapping", {
      target: ingest.function,
      eventSourceArn: this.stream.streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: RECORDS_A_CALL,
      parallelizationFactor: AT_ONCE_A_SHARD,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      // As long as the stream has it, up to a mapping's bound: a cluster that is away for a day costs no event.
      maxRecordAge: Duration.hours(Math.min(settings.retentionHours, LONGEST_RECORD_HOURS)),
      onFailure: { bind: () => ({ destination: failed.bucketArn }) },
    });
    ingest.allow(
      [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
      ],
      [this.stream.streamArn],
    );
    ingest.allow(["s3:PutObject"], [failed.arnForObjects("aws/lambda/*")], {
      because: "What Lambda gives up of a stream is kept under the mapping's id, which is known only when it is there.",
    });
    ingest.allow(["s3:ListBucket"], [failed.bucketArn]);
    ingest.allowKey("kms:Decrypt", "kms:GenerateDataKey");
    mapping.node.addDependency(ingest.role);
  }

  /** With which CloudWatch Logs writes to the stream. */
  #writer({ key, settings }: EventStreamProps): Role {
    const { account, region, partition } = Stack.of(this);
    const sources = [account, ...(settings.logGroupAccountId === null ? [] : [settings.logGroupAccountId])];
    const role = new Role(this, "Writer", {
      assumedBy: new ServicePrincipal("logs.amazonaws.com", {
        conditions: { StringLike: { "aws:SourceArn": sources.map((id) => `arn:${partition}:logs:${region}:${id}:*`) } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({ actions: ["kinesis:PutRecord", "kinesis:PutRecords"], resources: [this.stream.streamArn] }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ["kms:GenerateDataKey"], resources: [key.keyArn] }));
    return role;
  }

  #subscribe(logGroup: ILogGroup, writer: Role): void {
    const filter = new CfnSubscriptionFilter(this, "Subscription", {
      logGroupName: logGroup.logGroupName,
      destinationArn: this.stream.streamArn,
      roleArn: writer.roleArn,
      // Every event: whatever a pattern left out could be what counts.
      filterPattern: "",
      // Spread over the shards; otherwise one log stream, an account's region, would fill one shard.
      distribution: "Random",
    });
    filter.node.addDependency(writer);
  }

  #letOtherAccountWrite({ settings, destinationName, foreignLogGroup }: EventStreamProps, writer: Role): void {
    const { logGroupAccountId } = settings;
    if (logGroupAccountId === null) throw new RangeError("a log group of another account needs its number");
    const { partition } = Stack.of(this);
    const destinationArn = Stack.of(this).formatArn({
      service: "logs",
      resource: "destination",
      resourceName: destinationName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const policy = new PolicyDocument({
      statements: [
        new PolicyStatement({
          principals: [new ArnPrincipal(`arn:${partition}:iam::${logGroupAccountId}:root`)],
          actions: ["logs:PutSubscriptionFilter"],
          resources: [destinationArn],
        }),
      ],
    });
    const destination = new CfnDestination(this, "Destination", {
      destinationName,
      roleArn: writer.roleArn,
      targetArn: this.stream.streamArn,
      destinationPolicy: Stack.of(this).toJsonString(policy.toJSON()),
    });
    destination.node.addDependency(writer);
    new CfnOutput(this, "SubscribeCommand", {
      value:
        `aws logs put-subscription-filter --log-group-name '${foreignLogGroup}' --filter-name trailwatch ` +
        `--filter-pattern '' --distribution Random --destination-arn ${destinationArn}`,
      description: `To be run in account ${logGroupAccountId}: events begin to arrive with it.`,
    });
  }
}
