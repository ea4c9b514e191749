import { CfnRule } from "aws-cdk-lib/aws-events";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";

export interface TrailTamperingProps {
  readonly trailName: string;
  readonly trailArn: string;
  readonly topic: ITopic;
  readonly topicKey: IKey | null;
}

/**
 * Whoever stops the trail blinds everything that reads it. This does not read it: EventBridge tells the alert topic
 * itself, within seconds, by a role, since a topic's policy cannot tell one rule from another account's.
 */
export class TrailTampering extends Construct {
  constructor(scope: Construct, id: string, { trailName, trailArn, topic, topicKey }: TrailTamperingProps) {
    super(scope, id);
    const role = new Role(this, "Role", { assumedBy: new ServicePrincipal("events.amazonaws.com") });
    role.addToPolicy(new PolicyStatement({ actions: ["sns:Publish"], resources: [topic.topicArn] }));
    if (topicKey !== null) {
      role.addToPolicy(
        new PolicyStatement({ actions: ["kms:Decrypt", "kms:GenerateDataKey"], resources: [topicKey.keyArn] }),
      );
    }
    const ours = [trailName, trailArn];
    const rule = new CfnRule(this, "Rule", {
      description: "Somebody stops, deletes or narrows the trail that Trailwatch reads.",
      state: "ENABLED",
      eventPattern: {
        source: ["aws.cloudtrail"],
        "detail-type": ["AWS API Call via CloudTrail"],
        detail: {
          eventName: ["DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail"],
          $or: [{ requestParameters: { name: ours } }, { requestParameters: { trailName: ours } }],
        },
      },
      targets: [
        {
          id: "Alerts",
          arn: topic.topicArn,
          roleArn: role.roleArn,
          inputTransformer: {
            inputPathsMap: {
              action: "$.detail.eventName",
              who: "$.detail.userIdentity.arn",
              from: "$.detail.sourceIPAddress",
              time: "$.time",
            },
            inputTemplate:
              '"Trailwatch: <action> on its own trail by <who> from <from> at <time>. Without the trail nothing else is seen."',
          },
        },
      ],
    });
    rule.node.addDependency(role);
  }
}
