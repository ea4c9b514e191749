import type { ExistingTrail } from "#adapters/cloudtrail/existing-trails.ts";
import type { OrganizationFacts } from "#adapters/organizations/organization-facts.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { CheckProperties } from "./event.ts";

const CLOUDTRAIL = "cloudtrail.amazonaws.com";
const STACK_SETS = "member.org.stacksets.cloudformation.amazonaws.com";

/** Throws TrailwatchError where the deployment would fail later, or would cost a second copy of every event. */
export function checkOrganization(properties: CheckProperties, facts: OrganizationFacts): void {
  if (facts.managementAccountId !== properties.ManagementAccountId) {
    throw new TrailwatchError(
      "ORGANIZATION_INVALID",
      `${properties.ManagementAccountId} is not the management account of ${facts.organizationId}: that is ${facts.managementAccountId}`,
      `Deploy from the management account, or from a delegated administrator with deployment.managementAccountId "${facts.managementAccountId}".`,
    );
  }
  const missing = [
    ...(facts.hasAllFeatures ? [] : ["all features: aws organizations enable-all-features"]),
    ...(facts.trusted.has(STACK_SETS)
      ? []
      : ["trusted access for StackSets: aws cloudformation activate-organizations-access"]),
    ...(properties.NewTrail && !facts.trusted.has(CLOUDTRAIL)
      ? [`trusted access for CloudTrail: aws organizations enable-aws-service-access --service-principal ${CLOUDTRAIL}`]
      : []),
  ];
  if (missing.length === 0) return;
  throw new TrailwatchError(
    "AWS_FAILED",
    `the organization ${facts.organizationId} lacks ${missing.join("; ")}`,
    `Run that in the management account ${facts.managementAccountId}, then deploy again.`,
  );
}

/** Throws TrailwatchError where another trail has the events already. */
export function checkTrails(properties: CheckProperties, trails: readonly ExistingTrail[]): void {
  if (!properties.NewTrail || properties.AllowSecondTrail) return;
  const others = trails.filter(
    ({ isOrganization, name }) => name !== properties.TrailName && (isOrganization || !properties.Organization),
  );
  const [first] = others;
  if (first === undefined) return;
  const logGroup = first.logGroupArn?.split(":")[6];
  throw new TrailwatchError(
    "AWS_FAILED",
    `there is a trail already: ${others.map(({ arn, bucket }) => `${arn} (bucket ${bucket})`).join(", ")}; a second copy of management events costs $2.00 per 100,000`,
    logGroup === undefined
      ? "Name its bucket in deployment.trail.bucket, or set deployment.trail.allowSecondTrail."
      : `Name its log group in deployment.trail.logGroup (${logGroup}) or its bucket in deployment.trail.bucket, or set deployment.trail.allowSecondTrail.`,
  );
}
