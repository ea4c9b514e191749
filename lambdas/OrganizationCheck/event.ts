import { z } from "zod";

/** CloudFormation hands everything over as text. */
const truth = z.enum(["true", "false"]).transform((text) => text === "true");

export const propertiesSchema = z.object({
  /** Whether the organization's accounts are watched, or this one alone. */
  Organization: truth,
  /** Whether a trail is made with the deployment. */
  NewTrail: truth,
  AllowSecondTrail: truth,
  /** Name of our own trail, which is there already when a stack is updated. */
  TrailName: z.string().min(1),
});

export type CheckProperties = z.infer<typeof propertiesSchema>;
