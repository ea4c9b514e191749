import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListStackInstancesCommand,
  ListStackResourcesCommand,
} from "@aws-sdk/client-cloudformation";
import { CloudTrailClient, GetTrailStatusCommand } from "@aws-sdk/client-cloudtrail";
import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
} from "@aws-sdk/client-lambda";
import {
  DescribeDomainCommand,
  ListInstanceTypeDetailsCommand,
  ListVersionsCommand,
  OpenSearchClient,
} from "@aws-sdk/client-opensearch";
import { ListDelegatedServicesForAccountCommand, OrganizationsClient } from "@aws-sdk/client-organizations";
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ListSubscriptionsByTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { expect, test } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { stackFacts, stackResources, stackSetAccounts } from "#adapters/cloudformation/stacks.ts";
import { trailStatus } from "#adapters/cloudtrail/trail-status.ts";
import { metricValues } from "#adapters/cloudwatch/metrics.ts";
import { logGroupExists } from "#adapters/cloudwatch-logs/log-groups.ts";
import { functionExists, functionFacts, unreservedConcurrency } from "#adapters/lambda/function-facts.ts";
import { domainExists, offeredInstances, offeredVersions } from "#adapters/opensearch-service/offer.ts";
import { delegatedServices } from "#adapters/organizations/delegations.ts";
import { secretExists } from "#adapters/secrets/secret-exists.ts";
import { topicSubscriptions } from "#adapters/sns/topic-subscriptions.ts";
import { bootstrapVersion } from "#adapters/ssm/bootstrap-version.ts";

const error = (name: string, message = name): Error => Object.assign(new Error(message), { name });
const denied = error("AccessDeniedException");

test("a stack that is not there has no status; one that may not be looked at is another matter", async () => {
  const mock = mockClient(CloudFormationClient);
  const client = new CloudFormationClient({});
  mock.on(DescribeStacksCommand).resolvesOnce({ Stacks: [{ StackStatus: "CREATE_COMPLETE" } as never] });
  expect(await stackFacts(client, "a")).toEqual({ name: "a", status: "CREATE_COMPLETE" });
  mock.on(DescribeStacksCommand).rejects(error("ValidationError", "Stack with id a does not exist"));
  expect(await stackFacts(client, "a")).toEqual({ name: "a", status: null });
  mock.on(DescribeStacksCommand).rejects(denied);
  await expect(stackFacts(client, "a")).rejects.toMatchObject({ code: "AWS_ACCESS_DENIED" });
});

test("resources of one type, all pages of them", async () => {
  const mock = mockClient(CloudFormationClient);
  const row = (LogicalResourceId: string, ResourceType: string) => ({
    LogicalResourceId,
    ResourceType,
    PhysicalResourceId: `the ${LogicalResourceId}`,
  });
  mock
    .on(ListStackResourcesCommand)
    .resolves({
      StackResourceSummaries: [row("A", "AWS::SQS::Queue"), row("B", "AWS::SNS::Topic")] as never,
      NextToken: "2",
    })
    .on(ListStackResourcesCommand, { NextToken: "2" })
    .resolves({ StackResourceSummaries: [row("C", "AWS::SQS::Queue")] as never });
  const found = await stackResources(new CloudFormationClient({}), "a", "AWS::SQS::Queue");
  expect([...found]).toEqual([
    ["A", "the A"],
    ["C", "the C"],
  ]);
});

test("a StackSet is asked for by its owner, then by a delegated administrator", async () => {
  const mock = mockClient(CloudFormationClient);
  const client = new CloudFormationClient({});
  mock
    .on(ListStackInstancesCommand, { CallAs: "SELF" })
    .rejects(error("StackSetNotFoundException"))
    .on(ListStackInstancesCommand, { CallAs: "DELEGATED_ADMIN" })
    .resolves({
      Summaries: [
        { Account: "1", Status: "OUTDATED", StatusReason: "already exists" },
        { Account: "2", Status: "CURRENT" },
      ],
    });
  expect(await stackSetAccounts(client, "s")).toEqual([
    { account: "1", status: "OUTDATED", reason: "already exists" },
    { account: "2", status: "CURRENT", reason: "" },
  ]);
  mock
    .on(ListStackInstancesCommand, { CallAs: "DELEGATED_ADMIN" })
    .rejects(error("ValidationError", "not a delegated admin"));
  expect(await stackSetAccounts(client, "s")).toBeNull();
  mock.on(ListStackInstancesCommand, { CallAs: "SELF" }).rejects(denied);
  await expect(stackSetAccounts(client, "s")).rejects.toMatchObject({ code: "AWS_ACCESS_DENIED" });
});

test("whether a trail logs, and what keeps it from delivering", async () => {
  const mock = mockClient(CloudTrailClient);
  mock.on(GetTrailStatusCommand).resolves({
    IsLogging: true,
    LatestDeliveryTime: new Date(5000),
    LatestCloudWatchLogsDeliveryError: "AccessDenied",
  });
  expect(await trailStatus(new CloudTrailClient({}), "arn")).toEqual({
    isLogging: true,
    lastDelivery: 5000,
    deliveryError: "",
    lastLogsDelivery: null,
    logsDeliveryError: "AccessDenied",
  });
});

test("metrics are put together as their statistic says; what was not measured is not zero", async () => {
  const mock = mockClient(CloudWatchClient);
  mock.on(GetMetricDataCommand).resolves({
    MetricDataResults: [
      { Id: "m0", Values: [1, 2, 3] },
      { Id: "m1", Values: [1, 5, 3] },
      { Id: "m2", Values: [1, 2, 6] },
      { Id: "m3", Values: [] },
    ],
  });
  const query = (statistic: "Sum" | "Maximum" | "Average") => ({
    namespace: "n",
    name: "x",
    dimensions: { a: "b" },
    statistic,
  });
  const queries = [query("Sum"), query("Maximum"), query("Average"), query("Sum"), query("Sum")];
  expect(await metricValues(new CloudWatchClient({}), queries, { start: 0, end: 3_600_000 })).toEqual([
    6,
    5,
    3,
    null,
    null,
  ]);
  const input = mock.commandCalls(GetMetricDataCommand)[0]?.args[0].input;
  expect(input).toMatchObject({ StartTime: new Date(0), EndTime: new Date(3_600_000) });
  expect(input?.MetricDataQueries?.[1]).toMatchObject({
    Id: "m1",
    MetricStat: { Period: 300, Stat: "Maximum", Metric: { Dimensions: [{ Name: "a", Value: "b" }] } },
  });
});

test("a function: what it is set to, what feeds it, who may call it", async () => {
  const mock = mockClient(LambdaClient);
  const client = new LambdaClient({});
  mock.on(GetFunctionConfigurationCommand).resolves({
    FunctionArn: "arn",
    State: "Active",
    LastUpdateStatus: "Failed",
    LastUpdateStatusReason: "no image",
    Environment: { Variables: { A: "b" } },
  });
  mock.on(GetFunctionConcurrencyCommand).resolves({ ReservedConcurrentExecutions: 0 });
  mock
    .on(ListEventSourceMappingsCommand)
    .resolves({ EventSourceMappings: [{ EventSourceArn: "q", State: "Enabled", LastProcessingResult: "OK" }] });
  mock.on(GetPolicyCommand).resolves({
    Policy: JSON.stringify({
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "logs.amazonaws.com" },
          Condition: { ArnLike: { "AWS:SourceArn": "arn:logs" } },
        },
        { Effect: "Deny", Principal: "*" },
        { Effect: "Allow", Principal: { AWS: "arn:aws:iam::1:root" } },
      ],
    }),
  });
  expect(await functionFacts(client, "f")).toEqual({
    name: "f",
    arn: "arn",
    state: "Active",
    reason: "no image",
    concurrency: 0,
    environment: { A: "b" },
    sources: [{ arn: "q", state: "Enabled", lastResult: "OK" }],
    invokers: [
      { principal: "logs.amazonaws.com", sourceArn: "arn:logs" },
      { principal: "arn:aws:iam::1:root", sourceArn: null },
    ],
  });
  mock.on(GetPolicyCommand).rejects(error("ResourceNotFoundException"));
  expect((await functionFacts(client, "f"))?.invokers).toEqual([]);
  mock.on(GetFunctionConfigurationCommand).resolves({ Environment: { Error: { Message: "kms:Decrypt" } } });
  await expect(functionFacts(client, "f")).rejects.toMatchObject({ code: "AWS_ACCESS_DENIED" });
  mock.on(GetFunctionConfigurationCommand).rejects(error("ResourceNotFoundException"));
  expect(await functionFacts(client, "f")).toBeNull();
});

test("what a region offers", async () => {
  const mock = mockClient(OpenSearchClient);
  const client = new OpenSearchClient({});
  mock
    .on(ListVersionsCommand)
    .resolves({ Versions: ["OpenSearch_3.7", "Elasticsearch_7.10"], NextToken: "2" })
    .on(ListVersionsCommand, { NextToken: "2" })
    .resolves({ Versions: ["OpenSearch_2.9"] });
  mock
    .on(ListInstanceTypeDetailsCommand, { EngineVersion: "OpenSearch_3.7" })
    .resolves({ InstanceTypeDetails: [{ InstanceType: "m7g.large.search" as never }] });
  expect([...(await offeredVersions(client))]).toEqual(["3.7", "2.9"]);
  expect([...(await offeredInstances(client, "3.7"))]).toEqual(["m7g.large.search"]);
  mock.on(DescribeDomainCommand).rejects(error("ResourceNotFoundException"));
  expect(await domainExists(client, "d")).toBe(false);
  mock.on(DescribeDomainCommand).resolves({});
  expect(await domainExists(client, "d")).toBe(true);
  mock.on(DescribeDomainCommand).rejects(denied);
  await expect(domainExists(client, "d")).rejects.toMatchObject({ code: "AWS_ACCESS_DENIED" });
});

test("what an account administers; one that administers nothing is no error", async () => {
  const mock = mockClient(OrganizationsClient);
  const client = new OrganizationsClient({});
  mock.on(ListDelegatedServicesForAccountCommand).resolves({ DelegatedServices: [{ ServicePrincipal: "a" }] });
  expect([...(await delegatedServices(client, "1"))]).toEqual(["a"]);
  mock.on(ListDelegatedServicesForAccountCommand).rejects(error("AccountNotRegisteredException"));
  expect((await delegatedServices(client, "1")).size).toBe(0);
  mock.on(ListDelegatedServicesForAccountCommand).rejects(denied);
  await expect(delegatedServices(client, "1")).rejects.toMatchObject({ code: "AWS_ACCESS_DENIED" });
});

test("who listens to a topic, and who has not confirmed it", async () => {
  const mock = mockClient(SNSClient);
  const one = (Endpoint: string, SubscriptionArn: string) => ({ Protocol: "email", Endpoint, SubscriptionArn });
  mock.on(ListSubscriptionsByTopicCommand).resolves({
    Subscriptions: [one("a", "arn:aws:sns:x"), one("b", "PendingConfirmation"), one("c", "Deleted")],
  });
  expect(await topicSubscriptions(new SNSClient({}), "t")).toEqual([
    { protocol: "email", endpoint: "a", confirmed: true },
    { protocol: "email", endpoint: "b", confirmed: false },
  ]);
});

test("bootstrap, quota and secret", async () => {
  const ssm = mockClient(SSMClient);
  ssm.on(GetParameterCommand, { Name: "/cdk-bootstrap/hnb659fds/version" }).resolves({ Parameter: { Value: "30" } });
  expect(await bootstrapVersion(new SSMClient({}), "hnb659fds")).toBe(30);
  ssm.on(GetParameterCommand, { Name: "/cdk-bootstrap/other/version" }).rejects(error("ParameterNotFound"));
  expect(await bootstrapVersion(new SSMClient({}), "other")).toBeNull();
  const lambda = mockClient(LambdaClient);
  lambda.on(GetAccountSettingsCommand).resolves({ AccountLimit: { UnreservedConcurrentExecutions: 900 } as never });
  expect(await unreservedConcurrency(new LambdaClient({}))).toBe(900);
  const secrets = mockClient(SecretsManagerClient);
  secrets.on(DescribeSecretCommand).resolvesOnce({}).resolvesOnce({ DeletedDate: new Date() });
  expect([
    await secretExists(new SecretsManagerClient({}), "s"),
    await secretExists(new SecretsManagerClient({}), "s"),
  ]).toEqual([true, false]);
});

test("a function and a log group are there, by their whole names", async () => {
  const lambda = mockClient(LambdaClient);
  lambda.on(GetFunctionConfigurationCommand).resolves({});
  expect(await functionExists(new LambdaClient({}), "f")).toBe(true);
  lambda.on(GetFunctionConfigurationCommand).rejects(error("ResourceNotFoundException"));
  expect(await functionExists(new LambdaClient({}), "f")).toBe(false);
  lambda.on(GetFunctionConfigurationCommand).rejects(denied);
  await expect(functionExists(new LambdaClient({}), "f")).rejects.toMatchObject({ code: "AWS_ACCESS_DENIED" });

  const logs = mockClient(CloudWatchLogsClient);
  const client = new CloudWatchLogsClient({});
  logs
    .on(DescribeLogGroupsCommand)
    .resolvesOnce({ logGroups: [{ logGroupName: "/aws/lambda/f2" }], nextToken: "more" })
    .resolvesOnce({ logGroups: [{ logGroupName: "/aws/lambda/f" }] })
    .resolves({ logGroups: [{ logGroupName: "/aws/lambda/f2" }] });
  expect(await logGroupExists(client, "/aws/lambda/f")).toBe(true);
  expect(await logGroupExists(client, "/aws/lambda/f")).toBe(false);
  logs.on(DescribeLogGroupsCommand).rejects(denied);
  await expect(logGroupExists(client, "/aws/lambda/f")).rejects.toMatchObject({ code: "AWS_ACCESS_DENIED" });
});
