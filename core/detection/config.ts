import * as z from "zod";

const share = (value: number, description: string) => z.number().min(0).max(1).default(value).describe(description);
const positive = (value: number, description: string) => z.number().positive().default(value).describe(description);

const effectSchema = (grade: number, ratio: number, floors: number) =>
  z
    .strictObject({
      grade: share(grade, "Grade from which it may be, see docs/detection.md for what a grade stands for."),
      ratio: z.number().min(1).default(ratio).describe("How many times the expectation it must be."),
      floors: z
        .number()
        .min(1)
        .default(floors)
        .describe("How many times the signal's floor it must exceed the expectation by."),
    })
    .prefault({});

/** From counts to anomalies. docs/detection.md says what each number does. */
export const detectionConfigSchema = z
  .strictObject({
    historyDays: z
      .number()
      .min(0)
      .max(365)
      .default(14)
      .describe(
        "With less history of an account than this, reaching a signal's threshold is an anomaly by itself; with more, the count must also leave its expected band.",
      ),
    learningDays: z
      .number()
      .min(0)
      .max(60)
      .default(3)
      .describe("With less history than this, an anomaly of a signal without thresholds is at most low."),
    falseAlarms: z
      .number()
      .gt(0)
      .max(1)
      .default(0.05)
      .describe(
        "How often a week one entity (a count in an account and region, or of one principal or resource) may depart without any cause. A departure that is expected more often, by the entity's own past, is no anomaly. Most anomalies are of low severity: this is no number of pages, which the alert budget holds.",
      ),
    mergeMinutes: positive(60, "Departures at most this far apart are one anomaly."),
    latenessMinutes: z
      .number()
      .min(0)
      .default(15)
      .describe(
        "The last minutes before the end of the data, in which events may still be missing: silence there is not counted as zero.",
      ),
    habit: z
      .strictObject({
        occasions: z.number().int().min(1).default(3).describe("Earlier occasions that make a habit."),
        ratio: z
          .number()
          .min(1)
          .default(1.5)
          .describe("An occasion counts when this times its count reaches the new one."),
      })
      .prefault({})
      .describe(
        "Reaching a threshold is no anomaly by itself where the entity has done about as much on earlier occasions.",
      ),
    leastRatio: z
      .number()
      .min(1)
      .default(2)
      .describe(
        "A count that reaches a threshold, but is less than this many times what was expected in those ten minutes, is at most low.",
      ),
    medium: effectSchema(0.7, 4, 5).describe("When a departure of a signal without thresholds is medium."),
    high: effectSchema(0.9, 20, 20).describe("When a departure of a signal without thresholds is high."),
    outage: z
      .strictObject({
        probability: z
          .number()
          .gt(0)
          .max(0.01)
          .default(1e-9)
          .describe(
            "Silence of a whole account less likely than this, by its own past, means that its events were not delivered.",
          ),
        minimumMinutes: positive(30, "Shorter silence is never taken for an outage."),
      })
      .prefault({})
      .describe("When an account's silence is unknown instead of zero."),
  })
  .describe("From counts to anomalies.");

export type DetectionConfig = z.infer<typeof detectionConfigSchema>;
