import { type Deployment, resolveDeployment } from "../config/deployment/index.ts";
import { Names, STACKS, type StackPart } from "../config/deployment/names.ts";
import { partitionMismatch } from "../config/deployment/partition.ts";
import type { DeploymentConfig } from "../config/deployment/schema.ts";
import type { TrailwatchError } from "../domain/errors.ts";
import type { EpochMs } from "../domain/time.ts";
import { listed } from "../messages/format.ts";
import type { Caller, OrganizationView, StackFacts, SurroundingsView, TrailFacts } from "../ports/deployment-view.ts";
import { type Check, check, ok, skipped, type Verdict, warning, wrong } from "./check.ts";
import { askedBill, billedDay, judgeBill } from "./checks/cost-explorer.ts";

/** What is to be deployed, and where. */
export interface Planned {
  readonly caller: Caller;
  readonly region: string;
  readonly now: EpochMs;
  readonly config: DeploymentConfig;
  readonly deployment: Deployment;
  readonly names: Names;
}

export const planned = (
  config: DeploymentConfig,
  { caller, region, now }: Pick<Planned, "caller" | "region" | "now">,
): Planned => ({
  caller,
  region,
  now,
  config,
  deployment: resolveDeployment(config, caller.account),
  names: new Names(config.stage),
});

const CLOUDTRAIL = "cloudtrail.amazonaws.com";
const STACK_SETS = "member.org.stacksets.cloudformation.amazonaws.com";

const ofOneAccount = ({ config }: Planned): string | null =>
  config.mode === "single-account" ? "a single account is watched" : null;

const caller = check<SurroundingsView, Planned, null>({
  id: "caller",
  title: "Who deploys",
  ask: async () => null,
  judge: (_, { caller: { arn, account }, region, config }) => {
    const todo = partitionMismatch(config, region);
    if (todo !== null) return wrong(`${region} is not in the partition ${config.partition}`, todo);
    return arn.endsWith(":root")
      ? warning(
          `the root user of ${account}, in ${region}`,
          "Use a role of IAM Identity Center: root cannot assume roles.",
        )
      : ok(`${arn}, in ${region}`);
  },
});

const organization = check<SurroundingsView, Planned, OrganizationView | null>({
  id: "organization",
  title: "The organization has what it takes",
  leftOut: ofOneAccount,
  ask: (view) => view.organization(),
  judge: (found, about): Verdict => {
    if (found === null) {
      return wrong(
        `${about.caller.account} is in no organization`,
        "Deploy with --context deployment-mode=single-account, or from the organization's management account.",
      );
    }
    const todo = missingIn(found, about);
    if (todo.length > 0) return wrong(`${found.organizationId} lacks what is below`, ...todo);
    return ok(`${found.organizationId}, managed by ${found.managementAccountId}`);
  },
});

function missingIn(found: OrganizationView, { deployment, caller: { account } }: Planned): readonly string[] {
  const where = account === found.managementAccountId ? "" : ` (in ${found.managementAccountId})`;
  return [
    ...(found.hasAllFeatures ? [] : [`All features${where}: aws organizations enable-all-features`]),
    ...(found.trusted.has(STACK_SETS)
      ? []
      : [`Trusted access for StackSets${where}: aws cloudformation activate-organizations-access`]),
    ...(deployment.events.kind !== "new-trail" || found.trusted.has(CLOUDTRAIL)
      ? []
      : [
          `Trusted access for CloudTrail${where}: aws organizations enable-aws-service-access --service-principal ${CLOUDTRAIL}`,
        ]),
  ];
}

interface Administration {
  readonly organization: OrganizationView | null;
  readonly delegations: ReadonlySet<string>;
}

/** From where it is deployed, and what that leaves out. */
const administrator = check<SurroundingsView, Planned, Administration>({
  id: "administrator",
  title: "The account may administer the organization",
  leftOut: ofOneAccount,
  ask: async (view, { caller: { account } }) => {
    const found = await view.organization();
    const isManagement = found === null || found.managementAccountId === account;
    return { organization: found, delegations: isManagement ? new Set() : await view.delegations(account) };
  },
  judge: ({ organization: found, delegations }, { caller: { account }, config, deployment }): Verdict => {
    if (found === null) return skipped("there is no organization");
    const { managementAccountId } = found;
    if (account === managementAccountId) {
      return config.managementAccountId === null || config.managementAccountId === account
        ? ok("it is the management account")
        : wrong(
            `it is the management account, and deployment.managementAccountId says ${config.managementAccountId}`,
            "Leave that out.",
          );
    }
    if (config.managementAccountId !== managementAccountId) {
      return wrong(
        `${account} is a member: the management account is ${managementAccountId}`,
        `Set deployment.managementAccountId (or --context management-account-id=${managementAccountId}), or deploy from there.`,
      );
    }
    const lacking = [STACK_SETS, ...(deployment.events.kind === "new-trail" ? [CLOUDTRAIL] : [])].filter(
      (service) => !delegations.has(service),
    );
    if (lacking.length > 0) {
      return wrong(
        `${account} is no delegated administrator for ${listed(lacking)}`,
        ...lacking.map((service) =>
          service === CLOUDTRAIL
            ? `In ${managementAccountId}: aws cloudtrail register-organization-delegated-admin --member-account-id ${account}`
            : `In ${managementAccountId}: aws organizations register-delegated-administrator --account-id ${account} --service-principal ${service}`,
        ),
      );
    }
    return warning("it is a delegated administrator, which cannot do everything", ...deployment.warnings);
  },
});

const trails = check<SurroundingsView, Planned, readonly TrailFacts[]>({
  id: "existing-trail",
  title: "Events are not paid for twice",
  leftOut: ({ deployment }) =>
    deployment.events.kind === "new-trail" ? null : "a trail that exists is read; none is made",
  ask: (view) => view.trails(),
  judge: (found, { config, names }): Verdict => {
    const isOrganization = config.mode === "multi-account";
    const others = found.filter(
      ({ name, isOrganization: ofAll }) => name !== names.trail(isOrganization) && (ofAll || !isOrganization),
    );
    const [first] = others;
    if (first === undefined) return ok("there is no other trail of the same events");
    const cost = "a second copy of management events costs $2.00 per 100,000";
    const said = listed(others.map(({ arn }) => arn));
    if (config.trail.allowSecondTrail)
      return warning(`${said} has the same events: ${cost}`, "trailwatch estimate says how much.");
    const logGroup = first.logGroupArn?.split(":")[6];
    return wrong(
      `${said} has the same events: ${cost}`,
      logGroup === undefined
        ? `Name its bucket in deployment.trail.bucket (${first.bucket}).`
        : `Name its log group in deployment.trail.logGroup (${logGroup}), or its bucket in deployment.trail.bucket (${first.bucket}).`,
      "Or set deployment.trail.allowSecondTrail, and pay for both.",
    );
  },
});

const costExplorer = check<SurroundingsView, Planned, TrailwatchError | null>({
  id: "cost-explorer",
  title: "Cost Explorer answers",
  leftOut: ({ config }) => (config.environment.ENABLE_COST_ANALYSIS ? null : "ENABLE_COST_ANALYSIS is false"),
  ask: (view, { now }) => askedBill(view.bill(billedDay(now))),
  judge: (refused, { config, deployment }) =>
    judgeBill(
      refused,
      config.mode === "multi-account" && !deployment.isDelegated
        ? "the bills of all accounts"
        : "the bill of this account only",
    ),
});

interface Offer {
  readonly versions: ReadonlySet<string>;
  readonly instances: ReadonlySet<string>;
}

const region = check<SurroundingsView, Planned, Offer>({
  id: "region",
  title: "The region offers the domain that is to be made",
  leftOut: ({ config }) => (config.domain === null ? null : "a domain that exists is used; none is made"),
  ask: async (view, { deployment: { engine } }) => {
    const versions = await view.openSearchVersions();
    const instances = versions.has(engine.version) ? await view.openSearchInstances(engine.version) : new Set<string>();
    return { versions, instances };
  },
  judge: ({ versions, instances }, { region: where, deployment: { engine, sizing } }): Verdict => {
    if (!versions.has(engine.version)) {
      return wrong(
        `${where} has no OpenSearch ${engine.version}; it has ${listed([...versions], 12)}`,
        "Name another with --context opensearch-version, or deploy to another region.",
      );
    }
    const wanted = [sizing.dataNodeType, ...(sizing.masterNodes > 0 ? [sizing.masterNodeType] : [])];
    const lacking = [...new Set(wanted)].filter((type) => !instances.has(type));
    if (lacking.length > 0) {
      return wrong(
        `${where} has no ${listed(lacking)} for OpenSearch ${engine.version}`,
        "Name others in deployment.overrides.dataNodeType and masterNodeType.",
      );
    }
    return ok(`OpenSearch ${engine.version} on ${listed([...new Set(wanted)])}`);
  },
});

/** What the CDK of this version asks of it. */
const LEAST_BOOTSTRAP = 6;
const USUAL_QUALIFIER = "hnb659fds";

const bootstrap = check<SurroundingsView, Planned, number | null>({
  id: "bootstrap",
  title: "The account is bootstrapped for the CDK",
  ask: (view, { config }) => view.bootstrapVersion(config.bootstrapQualifier ?? USUAL_QUALIFIER),
  judge: (version, { caller: { account }, region: where, config }): Verdict => {
    const { bootstrapQualifier } = config;
    const command = `npx cdk bootstrap aws://${account}/${where}${bootstrapQualifier === null ? "" : ` --qualifier ${bootstrapQualifier}`}`;
    if (version === null) return wrong(`${account} is not bootstrapped in ${where}`, command);
    if (version < LEAST_BOOTSTRAP) {
      return wrong(`the bootstrap is of version ${version}, at least ${LEAST_BOOTSTRAP} is needed`, command);
    }
    return ok(`version ${version}`);
  },
});

/** Lambda keeps so many for functions without a reservation. */
const LEFT_UNRESERVED = 100;

const concurrency = check<SurroundingsView, Planned, number>({
  id: "concurrency",
  title: "Lambda's quota has room for the reservation",
  leftOut: ({ deployment }) => (deployment.sizing.ingestConcurrency === null ? "nothing is reserved" : null),
  ask: (view) => view.unreservedConcurrency(),
  judge: (unreserved, { deployment: { sizing } }): Verdict => {
    const wanted = sizing.ingestConcurrency ?? 0;
    if (unreserved - wanted >= LEFT_UNRESERVED)
      return ok(`${unreserved} may run at once, ${wanted} are to be reserved`);
    return wrong(
      `${unreserved} may run at once without a reservation, ${wanted} are to be reserved, and Lambda keeps ${LEFT_UNRESERVED}`,
      'Set deployment.overrides.ingestConcurrency to "unreserved", or ask for a higher quota: aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000',
    );
  },
});

interface Leftovers {
  readonly stacks: readonly StackFacts[];
  readonly hasDomain: boolean;
  /** Of the names that a stack gives, while the stack is not there. */
  readonly functions: readonly string[];
  readonly logGroups: readonly string[];
}

/** What each stack gives a name of its own, which earlier solutions may have given: CloudFormation refuses to make what is there. */
export const NAMED_FUNCTIONS: Readonly<Partial<Record<StackPart, readonly string[]>>> = {
  Trail: ["OrganizationCheckFunction", "DelegatedTrailFunction"],
  Search: ["OpenSearchProvisionerFunction"],
  Pipeline: [
    "MultiAccountLogsFunction",
    "UsageRollupFunction",
    "CrossAccountAnomalyProcessorFunction",
    "QBusinessConnectorFunction",
    "DirectorySnapshotFunction",
    "RedriveFunction",
  ],
};

/** What a destroyed deployment left in the way of a new one. */
const leftovers = check<SurroundingsView, Planned, Leftovers>({
  id: "names",
  title: "Nothing is in the way",
  ask: async (view, { names }) => {
    const stacks: StackFacts[] = [];
    for (const part of STACKS) stacks.push(await view.stack(names.stack(part)));
    const hasDomain = await view.domainExists(names.domain);
    const functions: string[] = [];
    const logGroups: string[] = [];
    const coming = STACKS.filter((part) =>
      stacks.some(({ name, status }) => name === names.stack(part) && status === null),
    );
    for (const name of coming.flatMap((part) => NAMED_FUNCTIONS[part] ?? []).map((base) => names.of(base))) {
      if (await view.functionExists(name)) functions.push(name);
      const group = `/aws/lambda/${name}`;
      if (await view.logGroupExists(group)) logGroups.push(group);
    }
    return { stacks, hasDomain, functions, logGroups };
  },
  judge: ({ stacks, hasDomain, functions, logGroups }, { config, names }): Verdict => {
    const stuck = stacks.filter(({ status }) => status === "ROLLBACK_COMPLETE" || status === "ROLLBACK_FAILED");
    if (stuck.length > 0) {
      return wrong(
        `the first deployment of ${listed(stuck.map(({ name }) => name))} failed, and nothing can be deployed over it`,
        ...stuck.map(({ name }) => `aws cloudformation delete-stack --stack-name ${name}`),
      );
    }
    const search = stacks.find(({ name }) => name === names.stack("Search"));
    if (hasDomain && config.domain === null && search?.status === null) {
      return wrong(
        `there is a domain ${names.domain} already, which an earlier deployment left with its data`,
        "Name it in deployment.domain to go on with it, or delete it: aws opensearch delete-domain --domain-name " +
          `${names.domain} (its data are gone with it).`,
      );
    }
    if (functions.length + logGroups.length > 0) {
      return wrong(
        `${listed([...functions, ...logGroups])} ${functions.length + logGroups.length === 1 ? "is" : "are"} there already, from something else`,
        "Deploy beside it with --context stage=new, which gives every name an end of its own.",
        "Or delete what is there, once nothing needs it (logs that you want to keep: aws logs create-export-task first):",
        ...functions.map((name) => `aws lambda delete-function --function-name ${name}`),
        ...logGroups.map((name) => `aws logs delete-log-group --log-group-name ${name}`),
      );
    }
    const present = stacks.filter(({ status }) => status !== null).length;
    return ok(
      present === 0
        ? "nothing of it is deployed yet"
        : `${present} of ${STACKS.length} stacks are there, and will be updated`,
    );
  },
});

/** Everything that makes a deployment fail, or cost more than it should, and that can be known before. */
export const beforeChecks = (): readonly Check<SurroundingsView, Planned>[] => [
  caller,
  organization,
  administrator,
  trails,
  costExplorer,
  region,
  bootstrap,
  concurrency,
  leftovers,
];
