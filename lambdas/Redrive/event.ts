import * as z from "zod";

const time = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .describe("ISO 8601: `2026-11-03T02:00:00Z`.");

const common = {
  /** Who asked, for the record of our own changes. */
  by: z.string().min(1).max(256).default("unknown"),
  /** Where the answer before this one said to go on. */
  next: z.string().min(1).optional(),
};

/** What Redrive is invoked with; it answers with `next` until nothing is left. */
export const eventSchema = z.discriminatedUnion("from", [
  z.strictObject({ from: z.literal("queue"), ...common }).describe("Whatever waits in the queues of what failed."),
  z
    .strictObject({ from: z.literal("failed"), start: time.optional(), end: time.optional(), ...common })
    .describe("Batches that lie in the bucket of what failed, by when they failed."),
  z
    .strictObject({ from: z.literal("trail"), start: time, end: time, ...common })
    .describe("What the trail delivered in this time, whether it was stored or not."),
]);
