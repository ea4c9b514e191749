import type { EpochMs, TimeWindow } from "../domain/time.ts";

/** A stack as CloudFormation has it. */
export interface StackFacts {
  readonly name: string;
  /** CloudFormation's word: `UPDATE_COMPLETE`; `null`: there is no such stack. */
  readonly status: string | null;
}

/** What calls a function by itself. */
export interface EventSourceFacts {
  /** Of a queue, a stream or a table. */
  readonly arn: string;
  /** `Enabled`, `Disabled`, `Creating`. */
  readonly state: string;
  /** Of the last batch: `OK`, `No records processed`, `PROBLEM: ...`. */
  readonly lastResult: string;
}

export interface FunctionFacts {
  readonly name: string;
  readonly arn: string;
  /** `Active`; `Failed`, `Inactive`. */
  readonly state: string;
  /** Why it is not active, or could not be updated; empty where all is well. */
  readonly reason: string;
  /** `null`: no bound of its own. 0 switches it off. */
  readonly concurrency: number | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly sources: readonly EventSourceFacts[];
  /** Services and accounts that its own policy lets call it. */
  readonly invokers: readonly { readonly principal: string; readonly sourceArn: string | null }[];
}

export interface TrailFacts {
  readonly name: string;
  readonly arn: string;
  readonly homeRegion: string;
  readonly isOrganization: boolean;
  readonly bucket: string;
  readonly logGroupArn: string | null;
}

export interface TrailStatusFacts {
  readonly isLogging: boolean;
  readonly lastDelivery: EpochMs | null;
  /** Why files could not be delivered to the bucket; empty where they could. */
  readonly deliveryError: string;
  readonly lastLogsDelivery: EpochMs | null;
  /** The same of the log group. */
  readonly logsDeliveryError: string;
}

export interface SubscriptionFilterFacts {
  readonly name: string;
  readonly destinationArn: string;
  readonly pattern: string;
}

export interface TopicSubscriptionFacts {
  /** `email`, `sqs`, `lambda`, `https`. */
  readonly protocol: string;
  readonly endpoint: string;
  readonly confirmed: boolean;
}

/** Where the role that is read with was laid, and where it could not be. */
export interface ReadRoleFacts {
  readonly account: string;
  /** The StackSet's word: `CURRENT`, `OUTDATED`, `INOPERABLE`. */
  readonly status: string;
  readonly reason: string;
}

/** Of a metric over a time, by its own statistic; `null` where nothing was measured. */
export interface MetricQuery {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: "Sum" | "Maximum" | "Average";
}

export interface AlarmFacts {
  readonly name: string;
  readonly description: string;
  readonly since: EpochMs | null;
}

/**
 * A deployed pipeline, as one look from outside sees it. Every method rejects with TrailwatchError, an `AWS_*` code, where
 * AWS does not answer: what is not known is another thing than what is wrong.
 */
export interface DeploymentView {
  stack(name: string): Promise<StackFacts>;
  /** `null` where there is none of the name. */
  function(name: string): Promise<FunctionFacts | null>;
  /** Trails that record this account, wherever they were made. */
  trails(): Promise<readonly TrailFacts[]>;
  trailStatus(trail: TrailFacts): Promise<TrailStatusFacts>;
  subscriptionFilters(logGroup: string): Promise<readonly SubscriptionFilterFacts[]>;
  /** What a function answers that is called with this and changes nothing. */
  ask(functionName: string, payload: unknown): Promise<unknown>;
  topicSubscriptions(topicArn: string): Promise<readonly TopicSubscriptionFacts[]>;
  /** Rejects with `AWS_DATA_UNAVAILABLE` where Cost Explorer is not enabled. One question of $0.01. */
  bill(day: string): Promise<void>;
  /** Batches that a bucket keeps of what failed: when the earliest failed, and how many there are, counted up to a limit. */
  failedBatches(
    bucket: string,
    limit: number,
  ): Promise<{ readonly count: number; readonly earliest: EpochMs | null; readonly sources: readonly string[] }>;
  /** About how many messages wait. */
  waiting(queueUrl: string): Promise<number>;
  /** Queues of a stack, by their ids in the template. */
  queues(stack: string): Promise<ReadonlyMap<string, string>>;
  /** `null` where there is no such StackSet. */
  readRoles(stackSet: string): Promise<readonly ReadRoleFacts[] | null>;
  /** In the order of the queries. */
  metrics(queries: readonly MetricQuery[], window: TimeWindow): Promise<readonly (number | null)[]>;
  /** Those that are in alarm, of those whose names begin so. */
  ringing(namePrefix: string): Promise<readonly AlarmFacts[]>;
  /** Whether the secret is there, without its value. */
  secretExists(arn: string): Promise<boolean>;
}

/** Who asks. */
export interface Caller {
  readonly account: string;
  readonly arn: string;
}

export interface OrganizationView {
  readonly organizationId: string;
  readonly managementAccountId: string;
  readonly rootId: string;
  readonly hasAllFeatures: boolean;
  /** Service principals that have trusted access. */
  readonly trusted: ReadonlySet<string>;
}

/** What is there before anything is deployed. Rejects as {@link DeploymentView} does. */
export interface SurroundingsView {
  /** `null` where the account is in no organization. */
  organization(): Promise<OrganizationView | null>;
  /** Service principals that an account administers for the organization. */
  delegations(account: string): Promise<ReadonlySet<string>>;
  bill(day: string): Promise<void>;
  trails(): Promise<readonly TrailFacts[]>;
  /** What the region offers of OpenSearch: engine versions (`3.7`). */
  openSearchVersions(): Promise<ReadonlySet<string>>;
  /** Instance types that it offers for a version. */
  openSearchInstances(version: string): Promise<ReadonlySet<string>>;
  /** Of the CDK's bootstrap; `null` where there is none. */
  bootstrapVersion(qualifier: string): Promise<number | null>;
  /** How many functions may run at once of which nothing is reserved. */
  unreservedConcurrency(): Promise<number>;
  stack(name: string): Promise<StackFacts>;
  /** Whether a domain of this name is there. */
  domainExists(name: string): Promise<boolean>;
  functionExists(name: string): Promise<boolean>;
  logGroupExists(name: string): Promise<boolean>;
}
