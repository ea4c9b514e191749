import { CfnCondition, Fn, Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { CfnSubscription, type ITopic, Subscription, SubscriptionProtocol, Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";

/** A topic that takes nothing over plain HTTP. */
export class SecureTopic extends Topic {
  constructor(scope: Construct, id: string, props: { readonly topicName: string; readonly key: IKey }) {
    super(scope, id, { topicName: props.topicName, masterKey: props.key, enforceSSL: true });
  }
}

/** Lets alarms and rules of this account publish, which no policy of a role can. */
export function allowPublishers(topic: Topic): void {
  const { account } = Stack.of(topic);
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: "AlarmsAndRulesPublish",
      principals: [new ServicePrincipal("cloudwatch.amazonaws.com"), new ServicePrincipal("events.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: { StringEquals: { "aws:SourceAccount": account } },
    }),
  );
}

/** E-mail to the parameter's address, where one is given, and to those of the configuration. Each has to confirm once. */
export function subscribeByMail(
  scope: Construct,
  topic: ITopic,
  parameter: string,
  addresses: readonly string[],
): void {
  const given = new CfnCondition(scope, "HasAlertEmail", {
    expression: Fn.conditionNot(Fn.conditionEquals(parameter, "")),
  });
  const subscription = new CfnSubscription(scope, "AlertEmail", {
    topicArn: topic.topicArn,
    protocol: SubscriptionProtocol.EMAIL,
    endpoint: parameter,
  });
  subscription.cfnOptions.condition = given;
  for (const [index, address] of addresses.entries()) {
    new Subscription(scope, `Address${index + 1}`, {
      topic,
      protocol: SubscriptionProtocol.EMAIL,
      endpoint: address,
    });
  }
}
