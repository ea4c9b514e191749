import type { SimulatedAccount } from "../organization.ts";
import { OFFICE_NETWORK, type Person } from "../people.ts";
import type { Random } from "../prng.ts";
import { authorizeIngress, createTags } from "../records/ec2.ts";
import { changeState, instanceId } from "../records/instances.ts";
import { change } from "../records/operations.ts";
import type { Operation } from "../records/record.ts";
import type { Millis } from "../time.ts";

/** service, action, the CLI's name of the command */
export const READS: readonly (readonly [string, string, string])[] = [
  ["ec2", "DescribeInstances", "ec2.describe-instances"],
  ["ec2", "DescribeVolumes", "ec2.describe-volumes"],
  ["ec2", "DescribeSecurityGroups", "ec2.describe-security-groups"],
  ["ec2", "DescribeVpcs", "ec2.describe-vpcs"],
  ["ec2", "DescribeSubnets", "ec2.describe-subnets"],
  ["ec2", "DescribeAvailabilityZones", "ec2.describe-availability-zones"],
  ["s3", "ListBuckets", "s3api.list-buckets"],
  ["lambda", "ListFunctions20150331", "lambda.list-functions"],
  ["lambda", "GetFunction20150331v2", "lambda.get-function"],
  ["logs", "DescribeLogGroups", "logs.describe-log-groups"],
  ["logs", "StartQuery", "logs.start-query"],
  ["logs", "FilterLogEvents", "logs.filter-log-events"],
  ["monitoring", "DescribeAlarms", "cloudwatch.describe-alarms"],
  ["monitoring", "GetMetricData", "cloudwatch.get-metric-data"],
  ["cloudformation", "DescribeStacks", "cloudformation.describe-stacks"],
  ["cloudformation", "ListStacks", "cloudformation.list-stacks"],
  ["ecs", "DescribeServices", "ecs.describe-services"],
  ["ecs", "ListTasks", "ecs.list-tasks"],
  ["rds", "DescribeDBInstances", "rds.describe-db-instances"],
  ["iam", "ListRoles", "iam.list-roles"],
  ["iam", "GetRole", "iam.get-role"],
  ["autoscaling", "DescribeAutoScalingGroups", "autoscaling.describe-auto-scaling-groups"],
  ["elasticloadbalancing", "DescribeTargetHealth", "elbv2.describe-target-health"],
  ["health", "DescribeEventAggregates", "health.describe-event-aggregates"],
  ["cloudtrail", "LookupEvents", "cloudtrail.lookup-events"],
];

type MakeWrite = (random: Random, account: SimulatedAccount, time: Millis) => Operation | null;

/** service, the CLI's name of the command, the call; `null` where nobody does that in such an account. */
const WRITES: readonly (readonly [string, string, MakeWrite])[] = [
  ["ec2", "ec2.create-tags", (random) => createTags(random)],
  [
    "ec2",
    "ec2.start-instances",
    (random, account) => (account.type === "production" ? null : changeState("Start", [instanceId(random)])),
  ],
  [
    "ec2",
    "ec2.stop-instances",
    (random, account) => (account.type === "production" ? null : changeState("Stop", [instanceId(random)])),
  ],
  [
    "ec2",
    "ec2.authorize-security-group-ingress",
    (random, account) =>
      account.type === "production" ? null : authorizeIngress(random, account.id, 5432, `${OFFICE_NETWORK}.0/24`),
  ],
  [
    "monitoring",
    "cloudwatch.put-metric-alarm",
    (random) =>
      change("monitoring", "PutMetricAlarm", { alarmName: `alarm-${random.hex(6)}`, threshold: random.int(1, 90) }),
  ],
  ["monitoring", "cloudwatch.put-dashboard", () => change("monitoring", "PutDashboard", { dashboardName: "team" })],
  [
    "logs",
    "logs.put-metric-filter",
    () => change("logs", "PutMetricFilter", { logGroupName: "/app", filterName: "errors" }),
  ],
  [
    "lambda",
    "lambda.update-function-configuration",
    (random) =>
      change("lambda", "UpdateFunctionConfiguration20150331v2", {
        functionName: "order-events",
        memorySize: 128 * random.int(1, 8),
      }),
  ],
  [
    "ssm",
    "ssm.put-parameter",
    (random) =>
      change(
        "ssm",
        "PutParameter",
        { name: `/team/flags/${random.hex(4)}`, type: "String", overwrite: true },
        { version: random.int(1, 30), tier: "Standard" },
      ),
  ],
  [
    "ecs",
    "ecs.update-service",
    () => change("ecs", "UpdateService", { cluster: "main", service: "orders-api", forceNewDeployment: true }),
  ],
  [
    "sqs",
    "sqs.set-queue-attributes",
    () => change("sqs", "SetQueueAttributes", { queueUrl: "orders", attributes: { VisibilityTimeout: "60" } }),
  ],
];

/** The few things a person changes, again and again. */
export const habitualWrites = (random: Random, person: Person) =>
  person.permissionSet === "ReadOnlyAccess" ? [] : random.shuffled(WRITES).slice(0, 4);

/** A service that somebody tries for the first time in an account where trying is what the account is for. */
export const tryableService = (random: Random): readonly [string, Operation] =>
  random.pick([
    ["sns", change("sns", "CreateTopic", { name: `try-${random.hex(4)}` })],
    ["states", change("states", "CreateStateMachine", { name: `try-${random.hex(4)}`, type: "STANDARD" })],
    [
      "dynamodb",
      change("dynamodb", "CreateTable", { tableName: `try-${random.hex(4)}`, billingMode: "PAY_PER_REQUEST" }),
    ],
    ["events", change("events", "PutRule", { name: `try-${random.hex(4)}`, scheduleExpression: "rate(1 day)" })],
    ["glue", change("glue", "CreateDatabase", { databaseInput: { name: `try_${random.hex(4)}` } })],
    ["apigateway", change("apigateway", "CreateRestApi", { createRestApiInput: { name: `try-${random.hex(4)}` } })],
  ] as const);
