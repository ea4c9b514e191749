/** Console pages, per partition. They name no account: a person signs in to the right one first. */

interface Partition {
  /** `{region}.console.aws.amazon.com` */
  readonly host: (region: string) => string;
  /** Where its global services' console lives. */
  readonly home: string;
  /** The commercial partition alone has Cost Explorer at this address. */
  readonly billing: boolean;
}

const COMMERCIAL: Partition = {
  host: (region) => `${region}.console.aws.amazon.com`,
  home: "us-east-1",
  billing: true,
};
const CHINA: Partition = { host: (region) => `${region}.console.amazonaws.cn`, home: "cn-north-1", billing: false };
const GOVERNMENT: Partition = {
  host: (region) => `${region}.console.amazonaws-us-gov.com`,
  home: "us-gov-west-1",
  billing: false,
};

/** `eu-west-1`, `us-gov-west-1`, `ap-southeast-2`: nothing else becomes part of a host name. */
const REGION = /^[a-z]{2,3}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/;

const partitionOf = (region: string): Partition =>
  region.startsWith("cn-") ? CHINA : region.startsWith("us-gov-") ? GOVERNMENT : COMMERCIAL;

export const isRegion = (region: string): boolean => REGION.test(region);

/** The region to ask global services of the same partition in. */
export const homeRegion = (regions: readonly string[]): string =>
  partitionOf(regions.find(isRegion) ?? "us-east-1").home;

/** Everything from a log is encoded, quotes and parentheses too. */
const encoded = (text: string): string =>
  encodeURIComponent(
    text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "\uFFFD"),
  ).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

function page(region: string, path: string): string | null {
  if (!isRegion(region)) return null;
  return `https://${partitionOf(region).host(region)}/${path}`;
}

export const instancesUrl = (region: string): string | null =>
  page(region, `ec2/home?region=${region}#Instances:instanceState=running;sort=-launchTime`);
export const scalingGroupsUrl = (region: string): string | null =>
  page(region, `ec2/home?region=${region}#AutoScalingGroups:`);
export const volumesUrl = (region: string): string | null =>
  page(region, `ec2/home?region=${region}#Volumes:sort=-createTime`);
export const natGatewaysUrl = (region: string): string | null =>
  page(region, `vpcconsole/home?region=${region}#NatGateways:`);
export const stacksUrl = (region: string): string | null =>
  page(region, `cloudformation/home?region=${region}#/stacks`);
export const trailsUrl = (region: string): string | null => page(region, `cloudtrailv2/home?region=${region}#/trails`);
export const guardDutyUrl = (region: string): string | null =>
  page(region, `guardduty/home?region=${region}#/findings`);
export const secretsUrl = (region: string): string | null =>
  page(region, `secretsmanager/listsecrets?region=${region}`);
export const bedrockUrl = (region: string): string | null => page(region, `bedrock/home?region=${region}#/settings`);
export const databasesUrl = (region: string): string | null => page(region, `rds/home?region=${region}#databases:`);
export const functionsUrl = (region: string): string | null => page(region, `lambda/home?region=${region}#/functions`);
export const bucketUrl = (region: string, bucket: string): string | null =>
  page(region, `s3/buckets/${encoded(bucket)}?region=${region}`);
export const functionUrl = (region: string, name: string): string | null =>
  page(region, `lambda/home?region=${region}#/functions/${encoded(name)}?tab=monitoring`);

/** CloudTrail's own 90 days of management events, filtered. */
export const eventHistoryUrl = (
  region: string,
  by: "AccessKeyId" | "Username" | "EventName",
  value: string,
): string | null => page(region, `cloudtrailv2/home?region=${region}#/events?${by}=${encoded(value)}`);

export const iamUserUrl = (regions: readonly string[], user: string): string | null =>
  page(homeRegion(regions), `iam/home#/users/details/${encoded(user)}?section=security_credentials`);
export const iamRoleUrl = (regions: readonly string[], role: string): string | null =>
  page(homeRegion(regions), `iam/home#/roles/details/${encoded(role)}?section=permissions`);

export function costExplorerUrl(regions: readonly string[]): string | null {
  const partition = partitionOf(regions.find(isRegion) ?? "us-east-1");
  return partition.billing ? page(partition.home, "costmanagement/home#/cost-explorer") : null;
}
