import { stackFacts, stackResources, stackSetAccounts } from "#adapters/cloudformation/stacks.ts";
import { existingTrails } from "#adapters/cloudtrail/existing-trails.ts";
import { trailStatus } from "#adapters/cloudtrail/trail-status.ts";
import { metricValues, ringingAlarms } from "#adapters/cloudwatch/metrics.ts";
import { logGroupExists } from "#adapters/cloudwatch-logs/log-groups.ts";
import { subscriptionFilters } from "#adapters/cloudwatch-logs/subscriptions.ts";
import { readBill } from "#adapters/cost-explorer/bill.ts";
import { functionExists, functionFacts, unreservedConcurrency } from "#adapters/lambda/function-facts.ts";
import { invokeFunction } from "#adapters/lambda/invoke-function.ts";
import { domainExists, offeredInstances, offeredVersions } from "#adapters/opensearch-service/offer.ts";
import { delegatedServices } from "#adapters/organizations/delegations.ts";
import { organizationFacts } from "#adapters/organizations/organization-facts.ts";
import { S3FailedBatches } from "#adapters/s3/failed-batches.ts";
import { secretExists } from "#adapters/secrets/secret-exists.ts";
import { topicSubscriptions } from "#adapters/sns/topic-subscriptions.ts";
import { FailureQueue } from "#adapters/sqs/failure-queue.ts";
import { bootstrapVersion } from "#adapters/ssm/bootstrap-version.ts";
import { callerIdentity } from "#adapters/sts/caller.ts";
import { answered } from "#core/doctor/check.ts";
import { DAY } from "#core/domain/time.ts";
import type { Caller, DeploymentView, SurroundingsView } from "#core/ports/deployment-view.ts";
import type { Clients } from "./clients.ts";

const QUEUE = "AWS::SQS::Queue";

/** The day before it belongs to nobody: Cost Explorer wants an end behind the start. */
const dayAfter = (day: string): string => new Date(Date.parse(day) + DAY).toISOString().slice(0, 10);

async function askBill(clients: Clients, account: string, day: string): Promise<void> {
  await readBill(clients.costExplorer, account, day, dayAfter(day), async () => {});
}

/** A deployment as its account shows it. */
export const deploymentView = (clients: Clients, { account }: Caller): DeploymentView => ({
  stack: (name) => stackFacts(clients.cloudFormation, name),
  function: (name) => functionFacts(clients.lambda, name),
  trails: () => existingTrails(clients.cloudTrail(clients.region)),
  trailStatus: ({ arn, homeRegion }) => trailStatus(clients.cloudTrail(homeRegion), arn),
  subscriptionFilters: (logGroup) => subscriptionFilters(clients.logs, logGroup),
  ask: (functionName, payload) => invokeFunction(clients.patientLambda, functionName, payload),
  topicSubscriptions: (topicArn) => topicSubscriptions(clients.sns, topicArn),
  bill: (day) => askBill(clients, account, day),
  failedBatches: async (bucket, limit) => {
    const sources = new Set<string>();
    let count = 0;
    let earliest: number | null = null;
    for await (const { source, failedAt } of new S3FailedBatches(clients.s3, bucket).list()) {
      sources.add(source);
      earliest = Math.min(earliest ?? failedAt, failedAt);
      if (++count >= limit) break;
    }
    return { count, earliest, sources: [...sources].sort() };
  },
  waiting: (queueUrl) => new FailureQueue(clients.sqs, queueUrl).waiting(),
  queues: (stack) => stackResources(clients.cloudFormation, stack, QUEUE),
  readRoles: (stackSet) => stackSetAccounts(clients.cloudFormation, stackSet),
  metrics: (queries, window) => metricValues(clients.cloudWatch, queries, window),
  ringing: (namePrefix) => ringingAlarms(clients.cloudWatch, namePrefix),
  secretExists: (arn) => secretExists(clients.secrets, arn),
});

/** What is there before anything is deployed. */
export const surroundingsView = (clients: Clients, caller: Caller): SurroundingsView => ({
  organization: async () => (await answered(organizationFacts(clients.organizations), "AWS_NOT_FOUND")).value,
  delegations: (account) => delegatedServices(clients.organizations, account),
  bill: (day) => askBill(clients, caller.account, day),
  trails: () => existingTrails(clients.cloudTrail(clients.region)),
  openSearchVersions: () => offeredVersions(clients.openSearch),
  openSearchInstances: (version) => offeredInstances(clients.openSearch, version),
  bootstrapVersion: (qualifier) => bootstrapVersion(clients.ssm, qualifier),
  unreservedConcurrency: () => unreservedConcurrency(clients.lambda),
  stack: (name) => stackFacts(clients.cloudFormation, name),
  domainExists: (name) => domainExists(clients.openSearch, name),
  functionExists: (name) => functionExists(clients.lambda, name),
  logGroupExists: (name) => logGroupExists(clients.logs, name),
});

export const callerOf = (clients: Clients): Promise<Caller> => callerIdentity(clients.sts);
