import { z } from "zod";

const arns = z.array(z.string().min(1)).default([]);

/**
 * What the deployment wants beside the configuration that lies with the code: what has a name only once it is deployed.
 * A change of any of it, and of the configuration through its hash, has CloudFormation call again.
 */
export const provisioningSchema = z.object({
  ServiceToken: z.string(),
  /** Of the configuration that lies with the code. */
  ConfigurationHash: z.string().min(1),
  /** Topic that the alerting monitors ring, and the role that the cluster does it with. */
  BellTopicArn: z.string().startsWith("arn:"),
  BellRoleArn: z.string().startsWith("arn:"),
  /** Roles of functions, and whoever else is to have the cluster's roles. */
  Writers: arns,
  Processors: arns,
  Readers: arns,
});

const request = {
  /** Where the answer is put. */
  ResponseURL: z.url({ protocol: /^https?$/ }),
  StackId: z.string().min(1),
  RequestId: z.string().min(1),
  LogicalResourceId: z.string().min(1),
};

/** A request of CloudFormation. */
export const eventSchema = z.discriminatedUnion("RequestType", [
  z.object({ RequestType: z.literal("Create"), ...request, ResourceProperties: provisioningSchema }),
  z.object({
    RequestType: z.literal("Update"),
    ...request,
    PhysicalResourceId: z.string().min(1),
    ResourceProperties: provisioningSchema,
  }),
  /** Deletes nothing, so that it asks for nothing. */
  z.object({ RequestType: z.literal("Delete"), ...request, PhysicalResourceId: z.string().min(1) }),
]);

export type ProvisioningRequest = z.infer<typeof eventSchema>;
