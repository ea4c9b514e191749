import { Duration } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { z } from "zod";
import type { environmentSchema } from "#lambdas/DirectorySnapshot/environment.ts";
import { PipelineFunction } from "../constructs/pipeline-function.ts";
import { organizationsRegion } from "../regions.ts";
import { common, directoryEnvironment, type Parts, stageEnvironment } from "./parts.ts";
import { allowListing, allowObjects } from "./rights.ts";

/** Reads the organization for all the others, which must not ask for it themselves. */
export function directoryFunction(scope: Construct, parts: Parts): PipelineFunction {
  const environment: z.input<typeof environmentSchema> = {
    ...stageEnvironment(parts),
    ...directoryEnvironment(parts),
    ORGANIZATIONS_REGION: organizationsRegion(parts.deployment.config.partition),
  };
  const directory = new PipelineFunction(scope, "DirectorySnapshot", {
    ...common(parts),
    name: "DirectorySnapshot",
    description: "Reads accounts, units and tags from AWS Organizations.",
    environment,
    memoryMiB: 512,
    // One request an account for its tags, a few requests a second for everybody in the organization.
    timeout: Duration.minutes(14),
    failed: parts.state.data,
    // Organizations has no endpoint inside a VPC, and the domain is not asked.
    network: null,
  });
  directory.allow(
    [
      "organizations:DescribeOrganization",
      "organizations:ListAccounts",
      "organizations:ListAccountsForParent",
      "organizations:ListOrganizationalUnitsForParent",
      "organizations:ListRoots",
      "organizations:ListTagsForResource",
    ],
    ["*"],
    { because: "Which accounts and units there are is what is asked." },
  );
  allowObjects(directory, parts, "GetObject", "snapshots/");
  allowObjects(directory, parts, "PutObject", "snapshots/");
  allowListing(directory, parts);
  return directory;
}
