import * as z from "zod";

/** A schedule, or a direct invocation. */
export const eventSchema = z.union([z.null(), z.undefined(), z.literal(""), z.looseObject({})]);
