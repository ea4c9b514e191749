/**
 * What the bill calls a service, by the name that its calls have in CloudTrail. The bill's names are those of the dimension
 * SERVICE, which AWS changes at times (both are here then): EBS volumes, snapshots, NAT gateways and addresses are calls of `ec2` and stand under "EC2 - Other".
 */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  ec2: ["Amazon Elastic Compute Cloud - Compute", "EC2 - Other", "Amazon Virtual Private Cloud"],
  autoscaling: ["Amazon Elastic Compute Cloud - Compute"],
  lambda: ["AWS Lambda"],
  rds: ["Amazon Relational Database Service"],
  s3: ["Amazon Simple Storage Service"],
  sagemaker: ["Amazon SageMaker", "Amazon SageMaker AI"],
  dynamodb: ["Amazon DynamoDB"],
  eks: ["Amazon Elastic Container Service for Kubernetes", "Amazon Elastic Kubernetes Service"],
  ecs: ["Amazon Elastic Container Service"],
  ecr: ["Amazon EC2 Container Registry (ECR)"],
  elasticache: ["Amazon ElastiCache"],
  elasticloadbalancing: ["Amazon Elastic Load Balancing"],
  elasticmapreduce: ["Amazon Elastic MapReduce"],
  es: ["Amazon OpenSearch Service", "Amazon Elasticsearch Service"],
  redshift: ["Amazon Redshift"],
  kinesis: ["Amazon Kinesis"],
  firehose: ["Amazon Kinesis Firehose", "Amazon Data Firehose"],
  kafka: ["Amazon Managed Streaming for Apache Kafka"],
  sqs: ["Amazon Simple Queue Service"],
  sns: ["Amazon Simple Notification Service"],
  ses: ["Amazon Simple Email Service"],
  states: ["AWS Step Functions"],
  glue: ["AWS Glue"],
  athena: ["Amazon Athena"],
  elasticfilesystem: ["Amazon Elastic File System"],
  fsx: ["Amazon FSx"],
  backup: ["AWS Backup"],
  cloudfront: ["Amazon CloudFront"],
  "network-firewall": ["AWS Network Firewall"],
  route53: ["Amazon Route 53"],
  secretsmanager: ["AWS Secrets Manager"],
  kms: ["AWS Key Management Service"],
  cloudtrail: ["AWS CloudTrail"],
  config: ["AWS Config"],
  guardduty: ["Amazon GuardDuty"],
  logs: ["AmazonCloudWatch"],
  monitoring: ["AmazonCloudWatch"],
  lightsail: ["Amazon Lightsail"],
  apprunner: ["AWS App Runner"],
  codebuild: ["CodeBuild", "AWS CodeBuild"],
  transfer: ["AWS Transfer Family"],
  workspaces: ["Amazon WorkSpaces"],
};

/** Models of Bedrock are billed each under its own name, with this at its end. */
const BEDROCK_MODEL = "(Amazon Bedrock Edition)";

/** Whether a line of the bill belongs to a service; `null` where it is not known what the bill calls it. */
export function billedAs(service: string): ((name: string) => boolean) | null {
  if (service === "bedrock") return (name) => name === "Amazon Bedrock" || name.endsWith(BEDROCK_MODEL);
  const names = Object.hasOwn(NAMES, service) ? NAMES[service] : undefined;
  return names ? (name) => names.includes(name) : null;
}
