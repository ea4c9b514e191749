import { expect, test } from "@jest/globals";
import { call, eventOf } from "./fixtures.ts";

/** `added 3 instances m5.large spot [i-1,i-2,i-3] {...}`: all of a quantity in one line. */
function shown(
  service: string,
  action: string,
  requestParameters: unknown,
  responseElements: unknown = null,
  more = {},
) {
  const event = eventOf(call(service, action, { requestParameters, responseElements, ...more }));
  return event.quantities.map(({ change, amount, kind, item, purchase, resourceIds, attributes }) =>
    [change, amount, kind, item, purchase, `[${resourceIds}]`, JSON.stringify(attributes)]
      .filter((part) => part !== null && part !== "[]" && part !== "{}")
      .join(" "),
  );
}

const instance = (instanceId: string, instanceType: string, extra = {}) => ({ instanceId, instanceType, ...extra });
const launchAnswer = (...items: unknown[]) => ({ instancesSet: { items } });

test("instances are what the answer launched, by type, purchase, system and tenancy", () => {
  const answer = launchAnswer(
    instance("i-1", "m5.large", { placement: { tenancy: "default" } }),
    instance("i-2", "m5.large", { placement: { tenancy: "default" } }),
    instance("i-3", "g5.12xlarge", { instanceLifecycle: "spot" }),
    instance("i-4", "m5.large", { platform: "windows", placement: { tenancy: "dedicated" } }),
  );
  expect(shown("ec2", "RunInstances", { instancesSet: { items: [{ minCount: 1, maxCount: 99 }] } }, answer)).toEqual([
    'added 2 instances m5.large on-demand [i-1,i-2] {"operatingSystem":"linux","tenancy":"default"}',
    'added 1 instances g5.12xlarge spot [i-3] {"operatingSystem":"linux"}',
    'added 1 accelerated-instances g5.12xlarge spot [i-3] {"operatingSystem":"linux"}',
    'added 1 instances m5.large on-demand [i-4] {"operatingSystem":"windows","tenancy":"dedicated"}',
  ]);
});

test.each(["p4d.24xlarge", "g6e.xlarge", "inf2.xlarge", "trn1.2xlarge", "dl1.24xlarge", "vt1.3xlarge", "f1.2xlarge"])(
  "%s is accelerated",
  (type) => {
    const kinds = eventOf(
      call("ec2", "RunInstances", { responseElements: launchAnswer(instance("i-1", type)) }),
    ).quantities;
    expect(kinds.map(({ kind }) => kind)).toContain("accelerated-instances");
  },
);

test.each([
  "m5.large",
  "t3.micro",
  "i3.large",
  "im4gn.large",
  "x2iedn.xlarge",
  "mac1.metal",
  "hpc7g.4xlarge",
  "u-6tb1.metal",
])("%s is not", (type) => {
  const kinds = eventOf(
    call("ec2", "RunInstances", { responseElements: launchAnswer(instance("i-1", type)) }),
  ).quantities;
  expect(kinds.map(({ kind }) => kind)).toEqual(["instances"]);
});

test("spot as asked for, where the answer does not repeat it, and storage as stated", () => {
  const request = {
    instanceMarketOptions: { marketType: "spot" },
    blockDeviceMapping: {
      items: [
        { deviceName: "/dev/xvda", ebs: { volumeSize: 100, volumeType: "gp3", iops: 6000 } },
        { virtualName: "ephemeral0" },
      ],
    },
  };
  expect(
    shown("ec2", "RunInstances", request, launchAnswer(instance("i-1", "c5.large"), instance("i-2", "c5.large"))),
  ).toEqual([
    'added 2 instances c5.large spot [i-1,i-2] {"operatingSystem":"linux"}',
    'added 200 volume-gib gp3 [i-1,i-2] {"volumes":2,"iops":6000,"withInstances":true}',
  ]);
});

test("a failed launch launches nothing, but says what was wanted", () => {
  const event = eventOf(
    call("ec2", "RunInstances", {
      errorCode: "Client.InstanceLimitExceeded",
      requestParameters: { instanceType: "p5.48xlarge", instancesSet: { items: [{ imageId: "ami-1", maxCount: 8 }] } },
      responseElements: launchAnswer(instance("i-1", "p5.48xlarge")),
    }),
  );
  expect(event.quantities).toEqual([]);
  expect(event.resources).toEqual(["instance-type/p5.48xlarge", "image/ami-1"]);
});

const state = (instanceId: string, previous: string, current: string) => ({
  instanceId,
  previousState: { name: previous },
  currentState: { name: current },
});

test("only instances whose state changed are freed or added", () => {
  const stopped = launchAnswer(state("i-1", "running", "stopping"), state("i-2", "stopped", "stopped"));
  expect(shown("ec2", "StopInstances", null, stopped)).toEqual(["removed 1 instances [i-1]"]);
  const started = launchAnswer(state("i-1", "stopped", "pending"), state("i-2", "running", "running"));
  expect(shown("ec2", "StartInstances", null, started)).toEqual(["added 1 instances [i-1]"]);
  const gone = launchAnswer(state("i-1", "terminated", "terminated"), state("i-2", "stopped", "terminated"));
  expect(shown("ec2", "TerminateInstances", null, gone)).toEqual(["removed 1 instances [i-2]"]);
  const taken = { serviceEventDetails: { instanceIdSet: ["i-7", "i-8"] }, eventType: "AwsServiceEvent" };
  expect(shown("ec2", "BidEvictedEvent", null, null, taken)).toEqual(["removed 2 instances spot [i-7,i-8]"]);
});

const modified = {
  ModifyVolumeResponse: {
    volumeModification: {
      volumeId: "vol-1",
      originalSize: 100,
      originalVolumeType: "gp2",
      originalIops: 300,
      targetSize: "200",
      targetVolumeType: "io2",
      targetIops: 5000,
    },
  },
};

test.each([
  [
    "ec2 CreateVolume",
    { size: "80", volumeType: "gp3", iops: 4000 },
    { volumeId: "vol-1", size: "80", volumeType: "gp3", iops: 4000, throughput: 250 },
    [
      'added 1 volumes gp3 [vol-1] {"gib":80,"iops":4000,"throughputMiBps":250}',
      'added 80 volume-gib gp3 [vol-1] {"volumes":1,"iops":4000,"throughputMiBps":250}',
    ],
  ],
  ["ec2 DeleteVolume", { volumeId: "vol-1" }, { _return: true }, ["removed 1 volumes [vol-1]"]],
  [
    "ec2 ModifyVolume",
    null,
    modified,
    [
      'removed 100 volume-gib gp2 [vol-1] {"volumes":1,"iops":300,"modified":true}',
      'added 200 volume-gib io2 [vol-1] {"volumes":1,"iops":5000,"modified":true}',
    ],
  ],
  [
    "ec2 CreateNatGateway",
    { CreateNatGatewayRequest: { SubnetId: "subnet-1", AllocationId: "eipalloc-1" } },
    { CreateNatGatewayResponse: { natGateway: { natGatewayId: "nat-1", connectivityType: "public" } } },
    ["added 1 nat-gateways public [nat-1]"],
  ],
  [
    "ec2 DeleteNatGateway",
    { DeleteNatGatewayRequest: { NatGatewayId: "nat-1" } },
    null,
    ["removed 1 nat-gateways [nat-1]"],
  ],
  [
    "ec2 CreateVpcEndpoint",
    {
      CreateVpcEndpointRequest: {
        VpcEndpointType: "Interface",
        SubnetId: [
          { content: "a", tag: 1 },
          { content: "b", tag: 2 },
        ],
      },
    },
    {
      CreateVpcEndpointResponse: {
        vpcEndpoint: { vpcEndpointId: "vpce-1", vpcEndpointType: "Interface", serviceName: "s3" },
      },
    },
    ['added 1 vpc-endpoints Interface [vpce-1] {"subnets":2,"serviceName":"s3"}'],
  ],
  [
    "ec2 DeleteVpcEndpoints",
    { DeleteVpcEndpointsRequest: { VpcEndpointId: { content: "vpce-1", tag: 1 } } },
    null,
    ["removed 1 vpc-endpoints [vpce-1]"],
  ],
  [
    "ec2 AllocateAddress",
    { domain: "vpc" },
    { publicIp: "198.51.100.1", allocationId: "eipalloc-1" },
    ["added 1 addresses [eipalloc-1]"],
  ],
  ["ec2 ReleaseAddress", { allocationId: "eipalloc-1" }, null, ["removed 1 addresses [eipalloc-1]"]],
  [
    "lightsail CreateInstances",
    { instanceNames: ["a", "b"], bundleId: "nano_3_0" },
    null,
    ['added 2 instances nano_3_0 on-demand [a,b] {"service":"lightsail"}'],
  ],
  [
    "elasticloadbalancing CreateLoadBalancer",
    { name: "web", type: "network" },
    {
      loadBalancers: [
        {
          loadBalancerArn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/web/1",
          type: "network",
        },
      ],
    },
    ["added 1 load-balancers network [arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/web/1]"],
  ],
  [
    "elasticloadbalancing CreateLoadBalancer",
    { loadBalancerName: "old" },
    { dNSName: "old.elb.amazonaws.com" },
    ["added 1 load-balancers classic [old]"],
  ],
  ["elasticloadbalancing DeleteLoadBalancer", { loadBalancerName: "old" }, null, ["removed 1 load-balancers [old]"]],
  [
    "rds CreateDBInstance",
    { dBInstanceIdentifier: "db1" },
    {
      dBInstanceIdentifier: "db1",
      dBInstanceClass: "db.r6g.large",
      engine: "aurora-mysql",
      allocatedStorage: 1,
      multiAZ: false,
    },
    ['added 1 db-instances db.r6g.large [db1] {"engine":"aurora-mysql","multiAz":false}'],
  ],
  [
    "rds ModifyDBInstance",
    { dBInstanceIdentifier: "db1", dBInstanceClass: "db.m5.4xlarge", allocatedStorage: 500 },
    {
      dBInstanceIdentifier: "db1",
      dBInstanceClass: "db.m5.large",
      engine: "postgres",
      allocatedStorage: 100,
      storageType: "gp3",
      pendingModifiedValues: { dBInstanceClass: "db.m5.4xlarge", allocatedStorage: 500 },
    },
    [
      'removed 1 db-instances db.m5.large [db1] {"engine":"postgres","modified":true}',
      'added 1 db-instances db.m5.4xlarge [db1] {"engine":"postgres","modified":true}',
      'added 400 db-gib gp3 [db1] {"engine":"postgres","modified":true}',
    ],
  ],
  [
    "rds CreateDBCluster",
    { dBClusterIdentifier: "c", dBClusterInstanceClass: "db.m5d.large", engine: "mysql" },
    null,
    ['added 3 db-instances db.m5d.large [c] {"engine":"mysql","cluster":true}'],
  ],
  ["rds CreateDBCluster", { dBClusterIdentifier: "c", engine: "aurora-mysql" }, null, []],
  [
    "redshift CreateCluster",
    { clusterIdentifier: "w", nodeType: "ra3.4xlarge", numberOfNodes: 4 },
    null,
    ["added 4 warehouse-nodes ra3.4xlarge [w]"],
  ],
  [
    "redshift CreateCluster",
    { clusterIdentifier: "w", nodeType: "dc2.large", clusterType: "single-node" },
    null,
    ["added 1 warehouse-nodes dc2.large [w]"],
  ],
  [
    "redshift ResizeCluster",
    { clusterIdentifier: "w", numberOfNodes: 8 },
    { clusterIdentifier: "w", nodeType: "ra3.4xlarge", numberOfNodes: 4 },
    [
      'removed 4 warehouse-nodes ra3.4xlarge [w] {"modified":true}',
      'added 8 warehouse-nodes ra3.4xlarge [w] {"modified":true}',
    ],
  ],
  ["redshift DeleteCluster", { clusterIdentifier: "w" }, null, ["removed 1 warehouse-nodes [w]"]],
  [
    "elasticache CreateCacheCluster",
    { cacheClusterId: "c", cacheNodeType: "cache.m5.large", numCacheNodes: 3, engine: "memcached" },
    null,
    ['added 3 cache-nodes cache.m5.large [c] {"engine":"memcached"}'],
  ],
  [
    "elasticache CreateReplicationGroup",
    {
      replicationGroupId: "r",
      cacheNodeType: "cache.r6g.large",
      numNodeGroups: 2,
      replicasPerNodeGroup: 2,
      engine: "redis",
    },
    null,
    ['added 6 cache-nodes cache.r6g.large [r] {"engine":"redis"}'],
  ],
  [
    "es CreateDomain",
    {
      domainName: "logs",
      clusterConfig: {
        instanceType: "r6g.large.search",
        instanceCount: 3,
        dedicatedMasterEnabled: true,
        dedicatedMasterType: "m6g.large.search",
        dedicatedMasterCount: 3,
        warmEnabled: false,
      },
      ebsOptions: { eBSEnabled: true, volumeType: "gp3", volumeSize: 500 },
    },
    null,
    [
      'added 3 search-nodes r6g.large.search [logs] {"role":"data","gibPerNode":500,"volumeType":"gp3"}',
      'added 3 search-nodes m6g.large.search [logs] {"role":"master"}',
    ],
  ],
  ["es UpdateDomainConfig", { domainName: "logs", accessPolicies: "{}" }, null, []],
  [
    "elasticmapreduce RunJobFlow",
    {
      instances: {
        instanceGroups: [
          { instanceRole: "MASTER", instanceType: "m5.xlarge", instanceCount: 1, market: "ON_DEMAND" },
          { instanceRole: "CORE", instanceType: "m5.2xlarge", instanceCount: 20, market: "SPOT" },
        ],
      },
    },
    { jobFlowId: "j-1" },
    [
      'added 1 emr-instances m5.xlarge on-demand [j-1] {"role":"MASTER"}',
      'added 20 emr-instances m5.2xlarge spot [j-1] {"role":"CORE"}',
    ],
  ],
  ["elasticmapreduce TerminateJobFlows", { jobFlowIds: ["j-1", "j-2"] }, null, ["removed 2 emr-instances [j-1,j-2]"]],
  [
    "eks CreateCluster",
    { name: "k" },
    { cluster: { name: "k", arn: "arn:aws:eks:eu-west-1:111122223333:cluster/k" } },
    ["added 1 cluster-control-planes eks [k]"],
  ],
  [
    "eks CreateNodegroup",
    {
      clusterName: "k",
      nodegroupName: "n",
      instanceTypes: ["m5.large"],
      capacityType: "SPOT",
      scalingConfig: { desiredSize: 5 },
    },
    null,
    ["added 5 cluster-nodes m5.large spot [n]"],
  ],
  [
    "ecs RunTask",
    { taskDefinition: "t" },
    {
      tasks: [
        {
          taskArn: "arn:aws:ecs:eu-west-1:111122223333:task/c/1",
          launchType: "FARGATE",
          cpu: "1024",
          memory: "2048",
          attributes: [{ name: "ecs.cpu-architecture", value: "arm64" }],
        },
      ],
    },
    [
      'added 1 container-tasks FARGATE [arn:aws:ecs:eu-west-1:111122223333:task/c/1] {"cpuUnits":1024,"memoryMiB":2048,"architecture":"arm64"}',
    ],
  ],
  [
    "ecs CreateService",
    { serviceName: "s", desiredCount: 12, launchType: "FARGATE" },
    null,
    ["added 12 container-tasks FARGATE [s]"],
  ],
  [
    "sagemaker CreateEndpointConfig",
    {
      endpointConfigName: "e",
      productionVariants: [
        { variantName: "v", instanceType: "ml.g5.xlarge", initialInstanceCount: 2 },
        { variantName: "serverless" },
      ],
    },
    null,
    ['added 2 ml-instances ml.g5.xlarge [e] {"purpose":"endpoint","variant":"v"}'],
  ],
  [
    "sagemaker CreateTrainingJob",
    {
      trainingJobName: "t",
      resourceConfig: { instanceType: "ml.p4d.24xlarge", instanceCount: 4 },
      stoppingCondition: { maxRuntimeInSeconds: 86400 },
    },
    null,
    ['added 4 ml-instances ml.p4d.24xlarge [t] {"purpose":"training","maxRuntimeSeconds":86400}'],
  ],
  [
    "sagemaker CreateNotebookInstance",
    { notebookInstanceName: "n", instanceType: "ml.t3.medium" },
    null,
    ['added 1 ml-instances ml.t3.medium [n] {"purpose":"notebook"}'],
  ],
  [
    "bedrock Converse",
    {
      modelId: "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.anthropic.claude-3-7-sonnet-20250219-v1:0",
    },
    null,
    ["used 1 model-invocations us.anthropic.claude-3-7-sonnet-20250219-v1:0"],
  ],
  [
    "lambda Invoke",
    { functionName: "arn:aws:lambda:eu-west-1:111122223333:function:resize:live" },
    null,
    ["used 1 function-invocations resize"],
  ],
  ["lambda Invoke", { functionName: "resize" }, null, ["used 1 function-invocations resize"]],
  ["secretsmanager BatchGetSecretValue", { secretIdList: ["a", "b", "c"] }, null, ["used 3 secrets-read"]],
  ["ssm GetParameters", { names: ["/a", "/b"], withDecryption: true }, null, ["used 2 parameters-read"]],
  ["ssm GetParameters", { names: ["/a", "/b"] }, null, []],
])("%s %#", (call, request, response, expected) => {
  const [service = "", action = ""] = call.split(" ");
  expect(shown(service, action, request, response)).toEqual(expected);
});

test("S3 objects and bytes", () => {
  const resources = [
    { type: "AWS::S3::Bucket", ARN: "arn:aws:s3:::data", accountId: "111122223333" },
    { type: "AWS::S3::Object", ARN: "arn:aws:s3:::data/a/b.csv" },
  ];
  const request = { bucketName: "data", key: "a/b.csv" };
  const read = call("s3", "GetObject", {
    requestParameters: request,
    resources,
    additionalEventData: { bytesTransferredOut: 4096, bytesTransferredIn: 0 },
  });
  expect(eventOf(read).resources).toEqual(["arn:aws:s3:::data/a/b.csv", "arn:aws:s3:::data"]);
  expect(eventOf(read).quantities).toMatchObject([
    { kind: "object-reads", change: "used", amount: 1, item: "data" },
    { kind: "object-bytes", change: "used", amount: 4096, item: "data", attributes: { direction: "out" } },
  ]);
  const deleted = call("s3", "DeleteObjects", {
    requestParameters: { bucketName: "data" },
    resources: [...resources, { type: "AWS::S3::Object", ARN: "arn:aws:s3:::data/c" }],
  });
  expect(eventOf(deleted).quantities).toMatchObject([{ kind: "object-deletes", amount: 2 }]);
});
