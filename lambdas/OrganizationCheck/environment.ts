import * as z from "zod";

export const environmentSchema = z.object({
  /** Where AWS Organizations is asked: one region of each partition. */
  ORGANIZATIONS_REGION: z.string().min(1),
});
