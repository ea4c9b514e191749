import * as z from "zod";

/** What wakes UsageRollup says nothing: a schedule, or a direct invocation. */
export const eventSchema = z.union([z.null(), z.undefined(), z.literal(""), z.looseObject({})]);
