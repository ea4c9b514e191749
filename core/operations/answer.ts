import type { z } from "zod";
import { TrailwatchError } from "../domain/errors.ts";

/** What a function answered. Throws TrailwatchError `AWS_FAILED` where it is something else than it should be. */
export function parsedAnswer<T>(schema: z.ZodType<T>, answer: unknown, functionName: string): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw new TrailwatchError(
    "AWS_FAILED",
    `${functionName} answered something unexpected`,
    "Use a trailwatch of the version that is deployed.",
    { cause: result.error },
  );
}
