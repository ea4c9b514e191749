import * as z from "zod";

/** CloudFormation hands everything over as text. */
const truth = z.enum(["true", "false"]).transform((text) => text === "true");

export const propertiesSchema = z.object({
  /** Whether the organization's accounts are watched, or this one alone. */
  Organization: truth,
  /** Whether a trail is made with the deployment. */
  NewTrail: truth,
  AllowSecondTrail: truth,
  /** Where the deployment takes the management account to be: the account that it is made in, or a configured one. */
  ManagementAccountId: z.string().regex(/^\d{12}$/),
  /** Name of our own trail, which is there already when a stack is updated. */
  TrailName: z.string().min(1),
});

export type CheckProperties = z.infer<typeof propertiesSchema>;
