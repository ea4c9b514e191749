import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { existingTrails } from "#adapters/cloudtrail/existing-trails.ts";
import { organizationFacts } from "#adapters/organizations/organization-facts.ts";
import {
  answerCustomResource,
  type CustomResourceRequest,
  type CustomResourceResult,
  type InvocationContext,
} from "../shared/custom-resource.ts";
import { checkOrganization, checkTrails } from "./check.ts";
import { environmentSchema } from "./environment.ts";
import { propertiesSchema } from "./event.ts";

const { ORGANIZATIONS_REGION } = environmentSchema.parse(process.env);
const cloudTrail = new CloudTrailClient({});
const organizations = new OrganizationsClient({ region: ORGANIZATIONS_REGION });

const PHYSICAL_ID = "organization-check";

/** Before anything is made: what the deployment has to know, and what would make it fail or pay twice. */
export const handler = (event: unknown, context: InvocationContext): Promise<void> =>
  answerCustomResource(event, context, PHYSICAL_ID, check);

async function check({ RequestType, ResourceProperties }: CustomResourceRequest): Promise<CustomResourceResult> {
  if (RequestType === "Delete") return { physicalId: PHYSICAL_ID };
  const properties = propertiesSchema.parse(ResourceProperties);
  checkTrails(properties, await existingTrails(cloudTrail));
  if (!properties.Organization) return { physicalId: PHYSICAL_ID };
  const facts = await organizationFacts(organizations);
  checkOrganization(properties, facts);
  const { organizationId, managementAccountId, rootId } = facts;
  return {
    physicalId: PHYSICAL_ID,
    data: { OrganizationId: organizationId, ManagementAccountId: managementAccountId, RootId: rootId },
  };
}
