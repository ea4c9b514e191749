import * as z from "zod";

/** A bell: that the forest found something is read from the cluster, whatever the message says. */
const bellSchema = z.object({
  Records: z
    .array(
      z.object({ EventSource: z.literal("aws:sns"), Sns: z.object({ MessageId: z.string(), Message: z.string() }) }),
    )
    .min(1),
});

/** A schedule, or a direct invocation. */
const scheduleSchema = z.union([z.null(), z.undefined(), z.literal(""), z.looseObject({})]);

export const eventSchema = z.union([
  bellSchema.transform(({ Records }) => ({ kind: "bell", messages: Records.map(({ Sns }) => Sns.MessageId) }) as const),
  scheduleSchema.transform(() => ({ kind: "schedule" }) as const),
]);
