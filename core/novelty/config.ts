import * as z from "zod";

const days = (value: number, description: string) => z.number().min(0).max(365).default(value).describe(description);

/** When a first is worth a word. docs/incidents.md says how the numbers work together. */
export const noveltyConfigSchema = z.strictObject({
  learningDays: days(3, "Days after an account's first event in which nothing is new."),
  youngDays: days(7, "Days after an account's first event up to which only firsts of high risk are told."),
  settledDays: days(
    14,
    "Days after an account's first event from which a first counts in full; between young and settled it counts less.",
  ),
  commonAmongPeers: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe("Share of accounts of the same type or OU that did it before, from which a first is no news."),
  manyNetworks: z
    .number()
    .int()
    .min(1)
    .default(5)
    .describe(
      "A principal that was first on so many networks of an account changes its network all the time; another one is no news.",
    ),
  followedWithinHours: z
    .number()
    .positive()
    .max(24)
    .default(1)
    .describe("How long after a first its company is looked at."),
  flurry: z.number().int().min(2).default(20).describe("Calls within that time that make a first a flurry."),
});

export type NoveltyConfig = z.output<typeof noveltyConfigSchema>;
