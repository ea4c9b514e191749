import { type RoleSession, roleSession } from "../callers.ts";
import type { SimulatedAccount } from "../organization.ts";
import { DISPERSION, SCALE } from "../parameters.ts";
import { TERRAFORM_IP } from "../people.ts";
import type { Random } from "../prng.ts";
import { createTags } from "../records/ec2.ts";
import { assumeRoleWithWebIdentity, putRolePolicy } from "../records/identity.ts";
import { change, read, startBuild, updateFunctionCode, updateStack } from "../records/operations.ts";
import type { Caller, Operation } from "../records/record.ts";
import { isWeekend, type Millis, SECOND } from "../time.ts";
import { userAgents } from "../user-agents.ts";
import { GLOBAL_REGION, type ProcessFactory, Recorder, type World } from "../world.ts";

/** The deployment role, called by CodePipeline or on its behalf by CloudFormation. */
export const deploySession = (
  random: Random,
  world: World,
  account: SimulatedAccount,
  since: Millis,
  invokedBy: "codepipeline.amazonaws.com" | "cloudformation.amazonaws.com",
): RoleSession =>
  roleSession(random, world.cast(account).deployRole, {
    session: invokedBy === "cloudformation.amazonaws.com" ? "AWSCloudFormation" : `${since}`,
    since,
    sourceIp: invokedBy,
    userAgent: invokedBy,
    invokedBy,
  });

/** Deployments through CodePipeline, CodeBuild and CloudFormation on working days. */
export const deployments: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/deployments`);
  const log = new Recorder(random, sink);
  return (day) => {
    for (const time of world.demand.arrivals(
      random,
      account.id,
      "office",
      day,
      SCALE[account.type].deployments,
      DISPERSION.people,
    )) {
      recordDeployment(log, world, account, time);
    }
  };
};

/** Returns when it ended. */
export function recordDeployment(log: Recorder, world: World, account: SimulatedAccount, start: Millis): Millis {
  const { random } = log;
  const cast = world.cast(account);
  const place = { account: account.id, region: account.homeRegion };
  const pipeline = deploySession(random, world, account, start, "codepipeline.amazonaws.com");
  const stack = deploySession(random, world, account, start, "cloudformation.amazonaws.com");
  const build = roleSession(random, cast.buildRole, {
    session: `AWSCodeBuild-${random.uuid()}`,
    since: start,
    sourceIp: cast.natIp,
    userAgent: userAgents.boto(),
  });
  let time = start;
  const app = random.pick(cast.applications);
  log.call(
    pipeline,
    place,
    time,
    startBuild(random, account.id, place.region, `release-${app.name}`, "codepipeline/release"),
  );
  for (const name of ["GetAuthorizationToken", "InitiateLayerUpload", "CompleteLayerUpload", "PutImage"]) {
    time += random.int(4, 40) * SECOND;
    log.call(
      build,
      place,
      time,
      name === "GetAuthorizationToken"
        ? read("ecr", name)
        : change("ecr", name, { registryId: account.id, repositoryName: app.name }),
    );
  }
  time += random.int(10, 60) * SECOND;
  log.call(pipeline, place, time, updateStack(random, account.id, place.region, `app-${app.name}`));
  const steps: Operation[] = [
    read("cloudformation", "DescribeStacks", { stackName: `app-${app.name}` }),
    change("ecs", "RegisterTaskDefinition", { family: app.name }),
    change("ecs", "UpdateService", { cluster: "main", service: app.name }),
    read("ecs", "DescribeServices", { cluster: "main", services: [app.name] }),
  ];
  for (const spec of cast.functions) {
    if (random.chance(0.35))
      steps.push(updateFunctionCode(random, account.id, place.region, spec.name, spec.role.arn, time));
  }
  for (const step of steps) {
    time += random.int(3, 30) * SECOND;
    log.call(stack, place, time, step);
  }
  if (random.chance(0.12)) {
    time += random.int(3, 30) * SECOND;
    log.call(
      stack,
      { account: account.id, region: GLOBAL_REGION },
      time,
      putRolePolicy(app.role.name, "inline", ["s3:GetObject", "s3:PutObject"], `arn:aws:s3:::${app.bucket}/*`),
    );
  }
  return time;
}

/** The Terraform pipeline's session, from its one address. */
export function terraformSession(
  log: Recorder,
  world: World,
  account: SimulatedAccount,
  at: Millis,
  service = "ec2",
): RoleSession {
  return roleSession(log.random, world.cast(account).terraformRole, {
    session: "GitHubActions",
    since: at,
    sourceIp: TERRAFORM_IP,
    userAgent: userAgents.terraform(service),
  });
}

/** Terraform plans and applies on working days: many reads, few changes. */
export const terraformRuns: ProcessFactory = (world, account, sink) => {
  const random = world.random(`${account.name}/terraform`);
  const log = new Recorder(random, sink);
  return (day) => {
    if (isWeekend(day)) return;
    for (const time of world.demand.arrivals(
      random,
      account.id,
      "office",
      day,
      SCALE[account.type].terraformRuns,
      DISPERSION.people,
    )) {
      recordTerraformRun(log, world, account, time);
    }
  };
};

export function recordTerraformRun(log: Recorder, world: World, account: SimulatedAccount, start: Millis): Millis {
  const { random } = log;
  const cast = world.cast(account);
  const place = { account: account.id, region: account.homeRegion };
  const subject = "repo:example/infrastructure:ref:refs/heads/main";
  const runner: Caller = {
    account: account.id,
    sourceIp: TERRAFORM_IP,
    userAgent:
      "aws-sdk-js/3.664.0 ua/2.1 os/linux#6.5.0-1025-azure lang/js md/nodejs#20.18.0 api/sts#3.664.0 configure-aws-credentials-for-github-actions",
    direct: true,
    userIdentity: {
      type: "WebIdentityUser",
      principalId: `arn:aws:iam::${account.id}:oidc-provider/token.actions.githubusercontent.com:sts.amazonaws.com:${subject}`,
      userName: subject,
      identityProvider: `arn:aws:iam::${account.id}:oidc-provider/token.actions.githubusercontent.com`,
    },
  };
  const session = terraformSession(log, world, account, start);
  log.call(runner, place, start, assumeRoleWithWebIdentity(random, session, start, subject));
  const as = (service: string): Caller => ({ ...session, userAgent: userAgents.terraform(service) });
  let time = start + 4 * SECOND;
  const reads = random.int(30, 75);
  for (let i = 0; i < reads; i++) {
    time += random.int(60, 900);
    const [service, name] = random.pick(TERRAFORM_READS);
    log.call(
      as(service),
      { account: account.id, region: service === "iam" ? GLOBAL_REGION : place.region },
      time,
      read(service, name),
    );
  }
  if (random.chance(0.55)) {
    const writes = random.int(1, 5);
    for (let i = 0; i < writes; i++) {
      time += random.int(1, 8) * SECOND;
      const [service, operation] = terraformWrite(random, account.id, cast.applications[0]?.role.name ?? "app");
      log.call(
        as(service),
        { account: account.id, region: service === "iam" ? GLOBAL_REGION : place.region },
        time,
        operation,
      );
    }
  }
  return time;
}

function terraformWrite(random: Random, account: string, roleName: string): readonly [string, Operation] {
  return random.weighted([
    [["ec2", createTags(random)] as const, 5],
    [["s3", change("s3", "PutBucketTagging", { bucketName: `reports-${account}` })] as const, 2],
    [["monitoring", change("monitoring", "PutMetricAlarm", { alarmName: `alarm-${random.hex(6)}` })] as const, 4],
    [["iam", putRolePolicy(roleName, "terraform", ["sqs:SendMessage"], "*")] as const, 2],
    [["logs", change("logs", "PutRetentionPolicy", { logGroupName: "/app", retentionInDays: 30 })] as const, 3],
  ]);
}

const TERRAFORM_READS = [
  ["ec2", "DescribeVpcs"],
  ["ec2", "DescribeSubnets"],
  ["ec2", "DescribeSecurityGroups"],
  ["ec2", "DescribeRouteTables"],
  ["ec2", "DescribeInstances"],
  ["iam", "GetRole"],
  ["iam", "ListRolePolicies"],
  ["iam", "GetRolePolicy"],
  ["s3", "GetBucketPolicy"],
  ["s3", "GetBucketVersioning"],
  ["lambda", "GetFunction20150331v2"],
  ["monitoring", "DescribeAlarms"],
  ["logs", "DescribeLogGroups"],
  ["kms", "DescribeKey"],
  ["elasticloadbalancing", "DescribeLoadBalancers"],
] as const;
