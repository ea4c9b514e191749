import * as z from "zod";

const whole = (value: number, least: number, most: number, description: string) =>
  z.number().int().min(least).max(most).default(value).describe(description);

/** How a running deployment watches, groups and speaks. docs/operations.md and docs/detection.md say what the numbers do. */
export const liveConfigSchema = z
  .strictObject({
    groupDays: whole(
      7,
      2,
      90,
      "Days of findings that are grouped into incidents. An incident that is closed and reaches further back stays as it is; one that is open keeps all its findings.",
    ),
    seriesDays: whole(
      60,
      1,
      400,
      "Days of counts that are read where an entity is examined; a model that judges it begins there.",
    ),
    retireDays: whole(
      30,
      1,
      400,
      "An entity that counted nothing for so long has its model forgotten; it is learnt again from the roll-ups when it comes back.",
    ),
    examinations: whole(200, 1, 10_000, "Entities examined in one run at most; the others wait for the next ones."),
    leakMinutes: whole(
      60,
      1,
      1440,
      "How often an account is searched for resources that are made and no longer freed, and a violation that has gone on for more than a day is looked at again.",
    ),
    opinionHours: whole(48, 1, 168, "How long after an anomaly the forest is asked about it again."),
    updateMinutes: whole(
      60,
      1,
      1440,
      "Least time between two looks at an incident that goes on; what makes it graver, or takes in another account, does not wait.",
    ),
    sayClosed: z.boolean().default(true).describe("Whether the end of an incident that was paged is told."),
  })
  .describe("A running deployment: how it watches, groups and speaks.");

export type LiveConfig = z.infer<typeof liveConfigSchema>;
