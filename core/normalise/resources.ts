import { isAccountId } from "./arn.ts";
import { isObject, type Json, text, texts } from "./json.ts";
import type { Sheet } from "./sheet.ts";
import { wrongType } from "./unusable.ts";

/** Request parameters that name one resource, or a list of them, with the type to show it as. */
const NAMED_BY: ReadonlyMap<string, string> = new Map([
  ["instanceId", "instance"],
  ["instanceIds", "instance"],
  ["volumeId", "volume"],
  ["snapshotId", "snapshot"],
  ["imageId", "image"],
  ["vpcId", "vpc"],
  ["subnetId", "subnet"],
  ["networkAclId", "network-acl"],
  ["routeTableId", "route-table"],
  ["natGatewayId", "natgateway"],
  ["allocationId", "address"],
  ["launchTemplateId", "launch-template"],
  ["launchTemplateName", "launch-template"],
  ["keyName", "key-pair"],
  ["autoScalingGroupName", "auto-scaling-group"],
  ["bucketName", "bucket"],
  ["functionName", "function"],
  ["layerName", "layer"],
  ["tableName", "table"],
  ["streamName", "stream"],
  ["queueUrl", "queue"],
  ["queueName", "queue"],
  ["topicArn", "topic"],
  ["secretId", "secret"],
  ["keyId", "key"],
  ["aliasName", "alias"],
  ["roleArn", "role"],
  ["roleName", "role"],
  ["userName", "user"],
  ["groupName", "group"],
  ["policyArn", "policy"],
  ["policyName", "policy"],
  ["instanceProfileName", "instance-profile"],
  ["accessKeyId", "access-key"],
  ["sAMLProviderArn", "saml-provider"],
  ["dBInstanceIdentifier", "db"],
  ["dBClusterIdentifier", "db-cluster"],
  ["dBSnapshotIdentifier", "db-snapshot"],
  ["dBClusterSnapshotIdentifier", "db-cluster-snapshot"],
  ["dBSecurityGroupName", "db-security-group"],
  ["clusterIdentifier", "cluster"],
  ["clusterName", "cluster"],
  ["cluster", "cluster"],
  ["serviceName", "service"],
  ["nodegroupName", "nodegroup"],
  ["taskDefinition", "task-definition"],
  ["cacheClusterId", "cache-cluster"],
  ["replicationGroupId", "replication-group"],
  ["domainName", "domain"],
  ["jobFlowId", "emr-cluster"],
  ["stackName", "stack"],
  ["stackId", "stack"],
  ["loadBalancerArn", "load-balancer"],
  ["loadBalancerName", "load-balancer"],
  ["targetGroupArn", "target-group"],
  ["listenerArn", "listener"],
  ["trailName", "trail"],
  ["detectorId", "detector"],
  ["configRuleName", "config-rule"],
  ["configurationRecorderName", "config-recorder"],
  ["deliveryChannelName", "delivery-channel"],
  ["logGroupName", "log-group"],
  ["repositoryName", "repository"],
  ["projectName", "project"],
  ["projectArn", "project"],
  ["pipelineName", "pipeline"],
  ["stateMachineArn", "state-machine"],
  ["endpointName", "endpoint"],
  ["endpointConfigName", "endpoint-config"],
  ["notebookInstanceName", "notebook-instance"],
  ["trainingJobName", "training-job"],
  ["modelId", "model"],
  ["guardrailIdentifier", "guardrail"],
  ["documentName", "document"],
  ["target", "instance"],
  ["hostedZoneId", "hosted-zone"],
  ["distributionId", "distribution"],
  ["fileSystemId", "file-system"],
  ["vaultName", "vault"],
  ["backupVaultName", "backup-vault"],
  ["recoveryPointArn", "recovery-point"],
  ["webACLArn", "web-acl"],
  ["resourceArn", "resource"],
  ["resourceARN", "resource"],
  ["permissionSetArn", "permission-set"],
  ["accountId", "account"],
  ["targetId", "account"],
  ["principalArn", "principal"],
  ["resolverQueryLogConfigId", "resolver-query-log-config"],
  ["flowLogId", "flow-log"],
  ["vpcEndpointId", "vpc-endpoint"],
  ["dbiResourceId", "db"],
  ["dbClusterResourceId", "db-cluster"],
]);

/** Parameters that mean something else in every service; these are the services whose changes matter. */
const NAMED_BY_IN_SERVICE: Readonly<Record<string, readonly (readonly [parameter: string, type: string])[]>> = {
  cloudtrail: [["name", "trail"]],
  ec2: [["groupId", "security-group"]],
  eks: [["name", "cluster"]],
  events: [["name", "rule"]],
  iam: [["name", "identity-provider"]],
  rolesanywhere: [["name", "roles-anywhere"]],
  secretsmanager: [["name", "secret"]],
  sns: [["name", "topic"]],
  ssm: [
    ["name", "parameter"],
    ["names", "parameter"],
  ],
};

const namesIn: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  Object.entries(NAMED_BY_IN_SERVICE).map(([service, own]) => [service, new Map([...NAMED_BY, ...own])]),
);

/** The parameters that name resources in a service, in lower camel case, with the type to show them as. */
export const resourceParameters = (service: string): ReadonlyMap<string, string> => namesIn.get(service) ?? NAMED_BY;

/** Longest request that is searched for names. A real one has a few dozen parameters. */
const MOST_PARAMETERS = 100;

const inLowerCamelCase = (name: string): string => {
  const first = name.charCodeAt(0);
  return first >= 65 && first <= 90 ? name.charAt(0).toLowerCase() + name.slice(1) : name;
};

/** What `resources` lists: ARNs with their accounts. Objects before their bucket. */
export function readListedResources(value: unknown, own: string, sheet: Sheet): void {
  if (value === undefined || value === null || value === "") return;
  if (!Array.isArray(value)) throw wrongType("resources", value, "a list");
  const buckets: string[] = [];
  for (const entry of value) {
    if (!isObject(entry)) continue;
    const arn = text(entry["ARN"]) ?? text(entry["arn"]);
    if (arn !== null && entry["type"] === "AWS::S3::Bucket") buckets.push(arn);
    else if (arn !== null) sheet.resource(arn);
    const account = entry["accountId"];
    if (typeof account === "string" && account !== own && isAccountId(account)) sheet.counterparty(account, own);
  }
  for (const bucket of buckets) sheet.resource(bucket);
}

/** Under its ARN or otherwise. Names of parameters and paths begin with the slash themselves. */
const alreadyNamed = (resources: readonly string[], name: string): boolean =>
  resources.some((known) => {
    if (!known.endsWith(name)) return false;
    const before = known.charAt(known.length - name.length - 1);
    return before === "" || before === "/" || before === ":" || name.startsWith("/");
  });

/** Names under the parameters themselves, or under the one object that EC2's newer operations wrap them in. */
function readParameters(parameters: Json, types: ReadonlyMap<string, string>, sheet: Sheet, wrapped: boolean): void {
  let seen = 0;
  for (const parameter in parameters) {
    if (++seen > MOST_PARAMETERS) break;
    const type = types.get(parameter) ?? types.get(inLowerCamelCase(parameter));
    const value = parameters[parameter];
    if (type === undefined) {
      if (!wrapped && parameter.endsWith("Request") && isObject(value)) readParameters(value, types, sheet, true);
      continue;
    }
    for (const resource of typeof value === "string" ? [value] : texts(value)) {
      const shown = text(resource);
      if (shown !== null && !alreadyNamed(sheet.resources, shown)) sheet.named(type, shown);
    }
  }
}

/** What the parameters name, as far as `resources` has not named it. */
export function readRequestedResources(request: Json, types: ReadonlyMap<string, string>, sheet: Sheet): void {
  const key = text(request["key"]);
  const bucket = text(request["bucketName"]);
  if (key !== null && bucket !== null && !alreadyNamed(sheet.resources, `${bucket}/${key}`)) {
    sheet.named("object", `${bucket}/${key}`);
  }
  readParameters(request, types, sheet, false);
  // EC2 lists instances as `{items: [{instanceId}]}`.
  const instances = request["instancesSet"];
  if (isObject(instances) && Array.isArray(instances["items"])) {
    for (const entry of instances["items"]) {
      const id = isObject(entry) ? text(entry["instanceId"]) : null;
      if (id !== null && !alreadyNamed(sheet.resources, id)) sheet.named("instance", id);
    }
  }
}
