import type { Random } from "../prng.ts";
import type { Millis } from "../time.ts";
import type { Json, Operation } from "./record.ts";

/** A read: Describe, List, Get. Successful reads answer `null` in CloudTrail. */
export const read = (service: string, name: string, request: Json = null): Operation => ({
  source: `${service}.amazonaws.com`,
  name,
  readOnly: true,
  request,
});

/** A change whose record says no more than its request. */
export const change = (service: string, name: string, request: Json, response: Json = null): Operation => ({
  source: `${service}.amazonaws.com`,
  name,
  readOnly: false,
  request,
  response,
});

export const startBuild = (
  random: Random,
  account: string,
  region: string,
  project: string,
  initiator: string,
): Operation => {
  const build = `${project}:${random.uuid()}`;
  return change(
    "codebuild",
    "StartBuild",
    { projectName: project, environmentVariablesOverride: [] },
    {
      build: {
        id: build,
        arn: `arn:aws:codebuild:${region}:${account}:build/${build}`,
        buildStatus: "IN_PROGRESS",
        projectName: project,
        initiator,
        buildNumber: random.int(100, 4000),
      },
    },
  );
};

export const updateStack = (random: Random, account: string, region: string, stack: string): Operation =>
  change(
    "cloudformation",
    "UpdateStack",
    {
      stackName: stack,
      capabilities: ["CAPABILITY_IAM"],
      templateURL: `https://s3.${region}.amazonaws.com/deploy-${account}/${random.hex(12)}.json`,
    },
    {
      stackId: `arn:aws:cloudformation:${region}:${account}:stack/${stack}/${random.uuid()}`,
    },
  );

export const createStack = (random: Random, account: string, region: string, stack: string): Operation => ({
  ...updateStack(random, account, region, stack),
  name: "CreateStack",
});

export function updateFunctionCode(
  random: Random,
  account: string,
  region: string,
  functionName: string,
  roleArn: string,
  at: Millis,
): Operation {
  return {
    source: "lambda.amazonaws.com",
    name: "UpdateFunctionCode20150331v2",
    readOnly: false,
    eventVersion: "1.08",
    request: {
      functionName,
      s3Bucket: `deploy-${account}`,
      s3Key: `${random.hex(16)}.zip`,
      publish: true,
      dryRun: false,
    },
    response: {
      functionName,
      functionArn: `arn:aws:lambda:${region}:${account}:function:${functionName}`,
      runtime: "nodejs22.x",
      role: roleArn,
      handler: "index.handler",
      codeSize: random.int(20_000, 900_000),
      timeout: 30,
      memorySize: 512,
      lastModified: new Date(at).toISOString().replace("Z", "+0000"),
      version: String(random.int(10, 300)),
      packageType: "Zip",
      architectures: ["arm64"],
      state: "Active",
      lastUpdateStatus: "InProgress",
      revisionId: random.uuid(),
    },
  };
}

export const updateScalingGroup = (group: string, minimum: number, maximum: number, desired: number): Operation =>
  change("autoscaling", "UpdateAutoScalingGroup", {
    autoScalingGroupName: group,
    minSize: minimum,
    maxSize: maximum,
    desiredCapacity: desired,
  });

export const runTask = (
  random: Random,
  account: string,
  region: string,
  cluster: string,
  family: string,
): Operation => {
  const task = `arn:aws:ecs:${region}:${account}:task/${cluster}/${random.hex(32)}`;
  const definition = `arn:aws:ecs:${region}:${account}:task-definition/${family}:${random.int(3, 60)}`;
  return change(
    "ecs",
    "RunTask",
    { cluster, taskDefinition: definition, count: 1, launchType: "FARGATE" },
    {
      tasks: [
        {
          taskArn: task,
          clusterArn: `arn:aws:ecs:${region}:${account}:cluster/${cluster}`,
          taskDefinitionArn: definition,
          lastStatus: "PROVISIONING",
          desiredStatus: "RUNNING",
          cpu: "512",
          memory: "1024",
          launchType: "FARGATE",
        },
      ],
      failures: [],
    },
  );
};

export const stopLogging = (name: string): Operation => ({
  ...change("cloudtrail", "StopLogging", { name }),
  eventVersion: "1.10",
});
export const deleteTrail = (name: string): Operation => ({
  ...change("cloudtrail", "DeleteTrail", { name }),
  eventVersion: "1.10",
});

export const narrowEventSelectors = (trail: string, trailArn: string): Operation => {
  const eventSelectors = [
    { readWriteType: "ReadOnly", includeManagementEvents: false, dataResources: [], excludeManagementEventSources: [] },
  ];
  return change(
    "cloudtrail",
    "PutEventSelectors",
    { trailName: trail, eventSelectors },
    { trailARN: trailArn, eventSelectors },
  );
};

export const stopRecorder = (name: string): Operation =>
  change("config", "StopConfigurationRecorder", { configurationRecorderName: name });
export const deleteDetector = (detectorId: string): Operation => change("guardduty", "DeleteDetector", { detectorId });

export const createLogStream = (random: Random, group: string, at: Millis): Operation =>
  change("logs", "CreateLogStream", {
    logGroupName: group,
    logStreamName: `${new Date(at).toISOString().slice(0, 10).replaceAll("-", "/")}/[$LATEST]${random.hex(32)}`,
  });

export const createAccount = (random: Random, name: string): Operation => ({
  source: "organizations.amazonaws.com",
  name: "CreateAccount",
  readOnly: false,
  request: {
    email: "HIDDEN_DUE_TO_SECURITY_REASONS",
    accountName: "HIDDEN_DUE_TO_SECURITY_REASONS",
    iamUserAccessToBilling: "ALLOW",
    roleName: "OrganizationAccountAccessRole",
  },
  response: {
    createAccountStatus: {
      id: `car-${random.hex(32)}`,
      state: "IN_PROGRESS",
      accountName: name,
      requestedTimestamp: "HIDDEN_DUE_TO_SECURITY_REASONS",
    },
  },
});
