import * as z from "zod";

/** How many pages people want to be woken by. docs/incidents.md says what it does. */
export const alertBudgetSchema = z
  .strictObject({
    pages: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(20)
      .describe("Pages at most in every span of this length, over all accounts; the rest goes to the digest."),
    per: z.enum(["day", "week", "month"]).default("week").describe("A day, 7 days or 30 days before each page."),
  })
  .prefault({})
  .nullable()
  .describe("The alert budget; null for none: severity alone decides who is paged.");

export type AlertBudget = NonNullable<z.output<typeof alertBudgetSchema>>;
