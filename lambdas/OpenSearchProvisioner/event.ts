import * as z from "zod";

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

export type Wanted = z.output<typeof provisioningSchema>;

/** CloudFormation's request, somebody who only looks, or a schedule's call, which says nothing. */
export const eventSchema = z.union([
  z.looseObject({ RequestType: z.string() }).transform(() => "request" as const),
  z.strictObject({ look: z.literal(true) }).transform(() => "look" as const),
  z.union([z.null(), z.undefined(), z.literal(""), z.looseObject({})]).transform(() => "schedule" as const),
]);
