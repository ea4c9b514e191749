import * as z from "zod";
import { bucketEnvironment, optional, required, stageEnvironment } from "../shared/environment.ts";

export const environmentSchema = z.object({
  ...stageEnvironment,
  ...bucketEnvironment,
  TARGET_FUNCTION: required("Name of the function that is given the events again."),
  FAILURE_QUEUE_URLS: z
    .string()
    .default("")
    .transform((value) => value.split(",").filter((url) => url !== ""))
    .describe("Queues of what failed, with commas between them; empty: there is none."),
  LOG_GROUP_NAME: optional("Log group of the trail, for a replay of a time range; empty: there is none."),
  TRAIL_BUCKET: optional("Bucket of the trail, which is asked before the log group; empty: there is none."),
  TRAIL_PREFIX: z.string().default("").describe("Prefix of the trail's objects, where it has one: `org/`."),
});
