/**
 * What may be looked at in an account to explain what its CloudTrail shows: the things that incidents name, never their
 * content. All of it is read, and all of it is metadata; most of these calls know no resource.
 */
const READ_ROLE_ACTIONS = [
  "autoscaling:DescribeAutoScalingGroups",
  "autoscaling:DescribeScalingActivities",
  "cloudformation:DescribeStackEvents",
  "cloudformation:DescribeStacks",
  "cloudtrail:DescribeTrails",
  "cloudtrail:GetTrailStatus",
  "cloudwatch:GetMetricData",
  "ec2:DescribeInstances",
  "ec2:DescribeNatGateways",
  "ec2:DescribeVolumes",
  "lambda:GetFunctionConcurrency",
  "servicequotas:GetServiceQuota",
] as const;

type Json = Readonly<Record<string, unknown>>;

export interface ReadRoleSettings {
  readonly roleName: string;
  readonly partition: string;
  /** The account that Trailwatch runs in. */
  readonly monitoringAccount: string;
  /** Roles there that may assume it. */
  readonly readers: readonly string[];
  readonly externalId: string;
}

/**
 * Who may assume the role. The account is the principal and its roles are a condition: a role that is named as a principal
 * has to be there first, and is replaced by an id that fits nothing when it is made anew.
 */
export const readRoleTrust = ({ partition, monitoringAccount, readers, externalId }: ReadRoleSettings): Json => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: `arn:${partition}:iam::${monitoringAccount}:root` },
      Action: "sts:AssumeRole",
      Condition: {
        StringEquals: { "sts:ExternalId": externalId },
        ArnEquals: { "aws:PrincipalArn": [...readers] },
      },
    },
  ],
});

export const readRolePermissions = (): Json => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: [...READ_ROLE_ACTIONS], Resource: "*" }],
});

/** A role is bounded by a policy of its own account, or by one of AWS: another's is looked for there by its name. */
function boundaryThere(nameOrArn: string): string | Json {
  if (/^arn:[a-z-]+:iam::aws:/.test(nameOrArn)) return nameOrArn;
  const name = nameOrArn.replace(/^arn:.*?:policy\//, "");
  const arn = ["arn:", { Ref: "AWS::Partition" }, ":iam::", { Ref: "AWS::AccountId" }, `:policy/${name}`];
  // Not Fn::Sub: in the template around this one it would look like a reference that somebody forgot to resolve.
  return { "Fn::Join": ["", arn] };
}

/**
 * The template of one role, for accounts in which no stack of ours is.
 * @param boundary name or ARN of the policy that bounds every role; `null`: nothing does
 */
export const readRoleTemplate = (settings: ReadRoleSettings, boundary: string | null): Json => ({
  AWSTemplateFormatVersion: "2010-09-09",
  Description: "Trailwatch: lets it look at what an incident names. Read only.",
  Resources: {
    ReadRole: {
      Type: "AWS::IAM::Role",
      Properties: {
        RoleName: settings.roleName,
        Description: "Trailwatch looks at what an incident names. Read only.",
        AssumeRolePolicyDocument: readRoleTrust(settings),
        Policies: [{ PolicyName: "read", PolicyDocument: readRolePermissions() }],
        ...(boundary === null ? {} : { PermissionsBoundary: boundaryThere(boundary) }),
      },
    },
  },
});
