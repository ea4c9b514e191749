import { Duration, Stack } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { CfnSchedule, CfnScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { PipelineFunction } from "./pipeline-function.ts";

export interface SchedulesProps {
  readonly groupName: string;
  readonly key: IKey;
  /** What could not even be invoked. */
  readonly missed: IQueue;
  readonly every: readonly { readonly target: PipelineFunction; readonly minutes: number }[];
}

/** A call that is this old has been overtaken by the next ones. */
const LONGEST_LATE = Duration.minutes(5);

/** Who is invoked how often. */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, { groupName, key, missed, every }: SchedulesProps) {
    super(scope, id);
    const group = new CfnScheduleGroup(this, "Group", { name: groupName });
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ["lambda:InvokeFunction"],
        resources: every.map(({ target }) => target.function.functionArn),
      }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [missed.queueArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ["kms:Decrypt", "kms:GenerateDataKey"], resources: [key.keyArn] }));
    for (const { target, minutes } of every) {
      const schedule = new CfnSchedule(this, target.node.id, {
        name: target.functionName,
        groupName: group.ref,
        scheduleExpression: minutes === 1 ? "rate(1 minute)" : `rate(${minutes} minutes)`,
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          arn: target.function.functionArn,
          roleArn: role.roleArn,
          input: "{}",
          deadLetterConfig: { arn: missed.queueArn },
          retryPolicy: { maximumEventAgeInSeconds: LONGEST_LATE.toSeconds(), maximumRetryAttempts: 3 },
        },
      });
      schedule.node.addDependency(role);
    }
  }
}
