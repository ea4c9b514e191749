import * as z from "zod";

/** What a subscription filter sends: base64 of gzip of `{messageType, logEvents}`. */
const subscriptionSchema = z.object({ awslogs: z.object({ data: z.string().min(1) }) });

const queueRecordSchema = z.object({
  eventSource: z.literal("aws:sqs"),
  messageId: z.string().min(1),
  /** Of a bucket, of a topic in front of it, or of CloudTrail itself: `shared/object-notices.ts` tells them apart. */
  body: z.string(),
});

const streamRecordSchema = z.object({
  eventSource: z.literal("aws:kinesis"),
  kinesis: z.object({
    sequenceNumber: z.string().min(1),
    /** Base64 of what the subscription filter put there, which is gzip. */
    data: z.string(),
  }),
});

/** Events again, by somebody who knows where they are; the function that does it is Redrive. */
const replaySchema = z.object({
  replay: z.object({
    /** Of CloudTrail's files. */
    objects: z.array(z.object({ bucket: z.string().min(1), key: z.string().min(1) })).default([]),
    /** Records as they were logged, each a JSON text. */
    records: z.array(z.string()).default([]),
  }),
});

const queueSchema = z.object({ Records: z.array(queueRecordSchema).min(1) });
const streamSchema = z.object({ Records: z.array(streamRecordSchema).min(1) });
/** A direct invocation, with nothing or with an empty object. */
const selfTestSchema = z.union([z.null(), z.undefined(), z.literal(""), z.strictObject({})]);

/** What MultiAccountLogs is invoked with. */
export const eventSchema = z.union([
  subscriptionSchema.transform(({ awslogs }) => ({ kind: "subscription", data: awslogs.data }) as const),
  queueSchema.transform(({ Records }) => ({ kind: "queue", records: Records }) as const),
  streamSchema.transform(({ Records }) => ({ kind: "stream", records: Records }) as const),
  replaySchema.transform(({ replay }) => ({ kind: "replay", ...replay }) as const),
  selfTestSchema.transform(() => ({ kind: "self-test" }) as const),
]);

export type QueueRecord = z.infer<typeof queueRecordSchema>;
export type StreamRecord = z.infer<typeof streamRecordSchema>;
