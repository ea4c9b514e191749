import {
  DescribeOrganizationCommand,
  ListAWSServiceAccessForOrganizationCommand,
  ListRootsCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { expect, test } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { organizationFacts } from "#adapters/organizations/organization-facts.ts";

test("what a deployment has to know of the organization, all pages of it", async () => {
  const organizations = mockClient(OrganizationsClient);
  organizations.on(DescribeOrganizationCommand).resolves({
    Organization: { Id: "o-a1b2c3d4e5", MasterAccountId: "111122223333", FeatureSet: "ALL" },
  });
  organizations.on(ListRootsCommand).resolves({ Roots: [{ Id: "r-ab12" }] });
  organizations
    .on(ListAWSServiceAccessForOrganizationCommand)
    .resolves({ EnabledServicePrincipals: [{ ServicePrincipal: "cloudtrail.amazonaws.com" }], NextToken: "more" })
    .on(ListAWSServiceAccessForOrganizationCommand, { NextToken: "more" })
    .resolves({ EnabledServicePrincipals: [{ ServicePrincipal: "sso.amazonaws.com" }] });
  expect(await organizationFacts(new OrganizationsClient({}))).toEqual({
    organizationId: "o-a1b2c3d4e5",
    managementAccountId: "111122223333",
    rootId: "r-ab12",
    hasAllFeatures: true,
    trusted: new Set(["cloudtrail.amazonaws.com", "sso.amazonaws.com"]),
  });
  organizations.on(ListRootsCommand).rejects(Object.assign(new Error("no"), { name: "AccessDeniedException" }));
  await expect(organizationFacts(new OrganizationsClient({}))).rejects.toMatchObject({ code: "AWS_ACCESS_DENIED" });
});
