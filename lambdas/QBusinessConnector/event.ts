import * as z from "zod";

/** The stream of the incidents' table is a bell too: what is to be said is in the table. */
const streamSchema = z.object({
  Records: z.array(z.object({ eventSource: z.literal("aws:dynamodb"), eventID: z.string() })).min(1),
});

/** A schedule, or a direct invocation. */
const scheduleSchema = z.union([z.null(), z.undefined(), z.literal(""), z.looseObject({})]);

export const eventSchema = z.union([
  streamSchema.transform(({ Records }) => ({ kind: "stream", records: Records.length }) as const),
  scheduleSchema.transform(() => ({ kind: "schedule" }) as const),
]);
