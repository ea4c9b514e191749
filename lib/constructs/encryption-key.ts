import { Aws, Duration, type RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Construct } from "constructs";

export interface EncryptionKeyProps {
  readonly alias: string;
  readonly removalPolicy: RemovalPolicy;
  /** Trails that write with it: name, and the account that owns them. */
  readonly trail: { readonly name: string; readonly accountId: string };
}

/**
 * The one key. Roles get their rights to it from their own policies; services have no role, and are let in here, each for
 * what it does and only on behalf of this account.
 */
export class EncryptionKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, { alias, removalPolicy, trail }: EncryptionKeyProps) {
    super(scope, id);
    this.key = new Key(this, "Key", {
      alias,
      description: "Encrypts everything that Trailwatch keeps.",
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      removalPolicy,
    });
    this.#allowLogs();
    this.#allowPublishers();
    this.#allowTrail(trail);
  }

  /** Logs encrypts each log group under its own context. */
  #allowLogs(): void {
    const { partition, region, account } = Stack.of(this);
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: "LogsEncryptsLogGroups",
        principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        resources: ["*"],
        conditions: {
          ArnLike: {
            "kms:EncryptionContext:aws:logs:arn": `arn:${partition}:logs:${region}:${account}:log-group:*`,
          },
        },
      }),
    );
  }

  /** SNS fills encrypted queues; alarms and rules publish to encrypted topics. */
  #allowPublishers(): void {
    const publishers = {
      SnsFillsQueues: "sns.amazonaws.com",
      AlarmsPublish: "cloudwatch.amazonaws.com",
      RulesPublish: "events.amazonaws.com",
    };
    for (const [sid, service] of Object.entries(publishers)) {
      this.key.addToResourcePolicy(
        new PolicyStatement({
          sid,
          principals: [new ServicePrincipal(service)],
          actions: ["kms:GenerateDataKey*", "kms:Decrypt"],
          resources: ["*"],
          conditions: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } },
        }),
      );
    }
  }

  #allowTrail({ name, accountId }: EncryptionKeyProps["trail"]): void {
    const { partition, region } = Stack.of(this);
    const cloudTrail = new ServicePrincipal("cloudtrail.amazonaws.com");
    const trailArn = `arn:${partition}:cloudtrail:${region}:${accountId}:trail/${name}`;
    const ofThisTrail = { StringEquals: { "aws:SourceArn": trailArn } };
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: "TrailEncryptsLogFiles",
        principals: [cloudTrail],
        actions: ["kms:GenerateDataKey*"],
        resources: ["*"],
        conditions: {
          ...ofThisTrail,
          StringLike: {
            "kms:EncryptionContext:aws:cloudtrail:arn": `arn:${partition}:cloudtrail:*:${accountId}:trail/*`,
          },
        },
      }),
    );
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: "TrailDescribesKey",
        principals: [cloudTrail],
        actions: ["kms:DescribeKey"],
        resources: ["*"],
        conditions: ofThisTrail,
      }),
    );
  }
}
