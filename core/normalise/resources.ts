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
  ["groupId", "security-group"],
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
]);

/** `name` means something else in every service; these are the ones whose changes matter. */
const NAME_MEANS: ReadonlyMap<string, string> = new Map([
  ["cloudtrail", "trail"],
  ["eks", "cluster"],
  ["ssm", "parameter"],
  ["sns", "topic"],
  ["secretsmanager", "secret"],
  ["events", "rule"],
  ["lambda", "function"],
]);

/** Longest request that is searched for names. A real one has a few dozen parameters. */
const MOST_PARAMETERS = 100;

const inLowerCamelCase = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

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

const alreadyNamed = (resources: readonly string[], name: string): boolean =>
  resources.some((known) => known === name || known.endsWith(`/${name}`) || known.endsWith(`:${name}`));

/** What the parameters name, as far as `resources` has not named it. */
export function readRequestedResources(request: Json, service: string, sheet: Sheet): void {
  const key = service === "s3" ? text(request["key"]) : null;
  const bucket = text(request["bucketName"]);
  if (key !== null && bucket !== null && !alreadyNamed(sheet.resources, `${bucket}/${key}`)) {
    sheet.named("object", `${bucket}/${key}`);
  }
  let seen = 0;
  for (const parameter in request) {
    if (++seen > MOST_PARAMETERS) break;
    const type = NAMED_BY.get(parameter) ?? NAMED_BY.get(inLowerCamelCase(parameter));
    const meaning = type ?? (parameter === "name" ? NAME_MEANS.get(service) : undefined);
    if (meaning === undefined) continue;
    const value = request[parameter];
    for (const name of typeof value === "string" ? [value] : texts(value)) {
      const shown = text(name);
      if (shown !== null && !alreadyNamed(sheet.resources, shown)) sheet.named(meaning, shown);
    }
  }
  // EC2 lists instances as `{items: [{instanceId}]}`.
  const instances = request["instancesSet"];
  if (isObject(instances) && Array.isArray(instances["items"])) {
    for (const entry of instances["items"]) {
      const id = isObject(entry) ? text(entry["instanceId"]) : null;
      if (id !== null && !alreadyNamed(sheet.resources, id)) sheet.named("instance", id);
    }
  }
}
