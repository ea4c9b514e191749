import { CfnOutput, Fn } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Key } from "aws-cdk-lib/aws-kms";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { type ITopic, Topic } from "aws-cdk-lib/aws-sns";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import type { Construct } from "constructs";
import { EXPIRING_BLOBS, FINDINGS, INCIDENTS, STATE } from "#adapters/dynamodb/tables.ts";
import { alertEmailParameter } from "../constructs/alert-email.ts";
import { EncryptionKey } from "../constructs/encryption-key.ts";
import { AccessLogBucket, KeptBucket } from "../constructs/kept-bucket.ts";
import { Network } from "../constructs/network.ts";
import { StateTable } from "../constructs/state-table.ts";
import { allowPublishers, SecureTopic, subscribeByMail } from "../constructs/topics.ts";
import { DeploymentStack, type DeploymentStackProps } from "./deployment-stack.ts";

/** What everything else rests on: the key, tables, the bucket of what functions keep, topics. */
export class StateStack extends DeploymentStack {
  readonly key: IKey;
  readonly accessLogs: IBucket;
  readonly data: KeptBucket;
  readonly incidents: StateTable;
  readonly findings: StateTable;
  readonly state: StateTable;
  readonly alerts: ITopic;
  /** Of the key of the alert topic; ours, or that of a topic that was there. */
  readonly alertsKey: IKey | null;
  readonly bell: ITopic;
  /** For chat applications, where one is wanted. */
  readonly chat: ITopic | null;
  readonly externalId: string;
  /** `null` outside a VPC. */
  readonly network: Network | null;

  constructor(scope: Construct, props: Omit<DeploymentStackProps, "description" | "holdsData">) {
    const description = "Trailwatch: key, state and topics";
    super(scope, "State", { ...props, description, holdsData: true });
    const { deployment, names } = props;
    const { alerts, managementAccountId, mode, readRole, retention, vpc } = deployment.config;
    const removalPolicy = this.dataRemoval;

    this.key = new EncryptionKey(this, "Encryption", {
      alias: names.of("alias/trailwatch"),
      removalPolicy,
      trail: {
        name: names.trail(mode === "multi-account"),
        accountId: deployment.isDelegated && managementAccountId !== null ? managementAccountId : this.account,
      },
    }).key;
    const { key } = this;
    this.accessLogs = new AccessLogBucket(this, "AccessLogs", removalPolicy);
    this.data = new KeptBucket(this, "Data", {
      key,
      removalPolicy,
      accessLogs: this.accessLogs,
      expiring: [
        { prefix: "snapshots/", days: 90 },
        { prefix: "failed/", days: retention.failedBatchDays },
        { prefix: "aws/lambda/", days: retention.failedBatchDays },
        ...EXPIRING_BLOBS,
      ],
    });
    this.incidents = new StateTable(this, "Incidents", { definition: INCIDENTS, key, removalPolicy });
    this.findings = new StateTable(this, "Findings", { definition: FINDINGS, key, removalPolicy });
    this.state = new StateTable(this, "State", { definition: STATE, key, removalPolicy });

    this.bell = new SecureTopic(this, "Bell", { topicName: names.of("trailwatch-bell"), key });
    this.chat = alerts.chatTopic
      ? new SecureTopic(this, "Chat", { topicName: names.of("trailwatch-chat"), key })
      : null;
    const email = alertEmailParameter(this).valueAsString;
    if (alerts.topicArn === null) {
      const topic = new SecureTopic(this, "Alerts", { topicName: names.of("trailwatch-alerts"), key });
      allowPublishers(topic);
      this.alerts = topic;
      this.alertsKey = key;
    } else {
      this.alerts = Topic.fromTopicArn(this, "Alerts", alerts.topicArn);
      this.alertsKey = alerts.topicKeyArn === null ? null : Key.fromKeyArn(this, "AlertsKey", alerts.topicKeyArn);
    }
    subscribeByMail(this, this.alerts, email, alerts.addresses);

    this.network = vpc === null ? null : new Network(this, "Network", vpc);
    this.externalId = new StringParameter(this, "ExternalId", {
      parameterName: names.of("/trailwatch/external-id"),
      description: "What whoever assumes AnomalyDetectorReadRole has to know.",
      // The last part of a stack's id is a UUID that nobody outside can guess, and that stays.
      stringValue: readRole.externalId ?? Fn.select(2, Fn.split("/", this.stackId)),
    }).stringValue;
    new CfnOutput(this, "AlertTopicArn", { value: this.alerts.topicArn });
    if (this.chat !== null) new CfnOutput(this, "ChatTopicArn", { value: this.chat.topicArn });
    new CfnOutput(this, "DataBucket", { value: this.data.bucketName });
    new CfnOutput(this, "KeyArn", { value: key.keyArn });
  }
}
